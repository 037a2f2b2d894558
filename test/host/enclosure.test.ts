import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { systemEnclosure } from "../../src/host/enclosure.ts"
import { systemUsers } from "../../src/host/users.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

function enclosureIn(root: string) {
  mkdirSync(`${root}/hab/.enclosure`, { recursive: true })
  chmodSync(root, 0o755)
  return systemEnclosure(root, `${root}/hab`, systemUsers().current)
}

const works = enclosureIn(temporaryDirectory()).enclosed

describe.skipIf(!works)("the enclosure (needs namespaces)", () => {
  it("shows the root's hab directory as /hab, keeps the rest, the caller's uid and the working directory", () => {
    const root = temporaryDirectory()
    const { wrap } = enclosureIn(root)
    writeFileSync(`${root}/hab/note`, "inside")
    const script = "cat /hab/note; echo made >/hab/made; id -u; pwd; test -d /usr && test -e /proc/self"
    const [file, ...args] = wrap(["bash", "-c", script])
    const { stdout, status } = spawnSync(file, args, { cwd: root, encoding: "utf8" })
    expect(stdout).toBe(`inside${process.getuid?.()}\n${root}\n`)
    expect(status).toBe(0)
    expect(readFileSync(`${root}/hab/made`, "utf8")).toBe("made\n")
  })

  it("is tried while other work goes on", async () => {
    const enclosure = enclosureIn(temporaryDirectory())
    await enclosure.probe?.()
    expect(enclosure.enclosed).toBe(true)
  })

  it("leaves no mount behind and writes nothing outside the hab directory", () => {
    const root = temporaryDirectory()
    const [file, ...args] = enclosureIn(root).wrap(["true"])
    spawnSync(file, args)
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(root)
    expect(readdirSync(root)).toEqual(["hab"])
    expect(readdirSync(`${root}/hab/.enclosure`)).toEqual([])
  })

  it("shows a directory at another place to the command alone", () => {
    const root = temporaryDirectory()
    const { bind } = enclosureIn(root)
    mkdirSync(`${root}/hab/pkgs/a`, { recursive: true })
    mkdirSync(`${root}/hab/aside`)
    writeFileSync(`${root}/hab/pkgs/a/installed`, "")
    const mount = { from: `${root}/hab/aside`, at: "/hab/pkgs/a" }
    const [file = "", ...args] = bind?.(["bash", "-c", "ls /hab/pkgs/a; echo >/hab/pkgs/a/new; id -u"], mount) ?? []
    const { stdout } = spawnSync(file, args, { encoding: "utf8" })
    expect(stdout).toBe(`${process.getuid?.()}\n`)
    expect(readdirSync(`${root}/hab/aside`)).toEqual(["new"])
    expect(readdirSync(`${root}/hab/pkgs/a`)).toEqual(["installed"])
  })

  it("passes the exit code of the command through", () => {
    const [file, ...args] = enclosureIn(temporaryDirectory()).wrap(["bash", "-c", "exit 42"])
    expect(spawnSync(file, args).status).toBe(42)
  })

  it("is not needed for the root /", () => {
    expect(systemEnclosure("/", "/hab", { uid: 0, gid: 0 }).wrap(["true"])).toEqual(["true"])
  })
})
