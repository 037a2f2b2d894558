import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab } from "../support/hab.ts"

let hab: Hab

beforeAll(() => {
  hab = createHab()
})

const lacks = (shell: string) => spawnSync(shell, ["-c", "true"]).status !== 0

function script(shell: string): string {
  const file = hab.path(`hab.${shell}`)
  writeFileSync(file, `${hab.does("cli", "completers", "--shell", shell)}\n`)
  return file
}

/** What bash offers for the last of the words. */
function offered(...words: string[]): string[] {
  const line = ["hab", ...words].map((word) => `'${word}'`).join(" ")
  const asked = `source "$1"; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _hab; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync("bash", ["-c", asked, "bash", script("bash")], { encoding: "utf8" })
  expect(stderr).toBe("")
  return stdout.split("\n").filter(Boolean)
}

describe("hab cli completers", () => {
  it("completes words, flags and values in bash, and leaves names of files to it", () => {
    expect(offered("pk")).toEqual(["pkg"])
    expect(offered("pkg", "inst")).toEqual(["install"])
    expect(offered("pkg", "export", "")).toEqual(["tar", "container", "systemd", "kubernetes"])
    expect(offered("pkg", "install", "--ignore")).toEqual(["--ignore-local", "--ignore-install-hook"])
    expect(offered("svc", "load", "acme/web", "--topology", "")).toEqual(["standalone", "leader"])
    expect(offered("pkg", "install", "")).toEqual([])
    expect(offered("pkg", "install", "--url", "")).toEqual([])
  })

  it.each(["zsh", "fish"])("prints what %s understands (where it is)", (shell) => {
    const file = script(shell)
    if (lacks(shell)) return
    expect(spawnSync(shell, ["-n", file], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" })
  })

  it("asks which shell", () => {
    expect(hab.run("cli", "completers")).toMatchObject({ code: 2, stdout: "" })
    expect(hab.run("cli", "completers", "-s", "tcsh").code).toBe(2)
  })
})
