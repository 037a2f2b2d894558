import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { parsePlanValues, REPORT_PLAN_VALUES } from "../../src/plan/plan-shell.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { planShell } from "./plan-bash.ts"

const ended = (outcome: unknown) => outcome as { tag: "ended"; status: { code: number }; failed: { command: string } }

describe("the shell of a build", () => {
  it("keeps variables and functions between the questions", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run('declare -A port=([http]=80)\ngreet() { echo "hello ${port[http]}"; }')
    await shell.run("greet")
    expect(shell.lines).toEqual(["hello 80"])
    shell.end()
    await shell.exited
  })

  it("reports the values of every plan variable, whatever they hold", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("declare -gA pkg_exports=() pkg_binds=()")
    await shell.run(
      "pkg_description=$'two\\nlines' pkg_deps=('core/glibc' 'a b') pkg_exports=([port]=srv.port [admin]=srv.admin)",
    )
    const outcome = await shell.run(REPORT_PLAN_VALUES)
    if (outcome.tag !== "done") throw new Error("the shell ended")
    const values = parsePlanValues(outcome.fields)
    expect(values.pkg_name).toBe("tree")
    expect(values.pkg_description).toBe("two\nlines")
    expect(values.pkg_deps).toEqual(["core/glibc", "a b"])
    expect([...values.pkg_exports]).toEqual([
      ["admin", "srv.admin"],
      ["port", "srv.port"],
    ])
    expect(values.pkg_license).toEqual([])
    expect(values.pkg_binds.size).toBe(0)
    shell.end()
  })

  it("ends at the first failing command inside a callback and names it", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("do_build() { echo before; (exit 7); echo after; }")
    const outcome = ended(await shell.run("do_build"))
    expect(outcome.status).toEqual({ tag: "exited", code: 7 })
    expect(outcome.failed.command).toContain("exit 7")
    expect(shell.lines[0]).toBe("before")
    expect(shell.lines).not.toContain("after")
    expect(shell.lines.at(-1)).toBe("   tree: Exiting on error")
  })

  it("ends when a command substitution fails half-way, as the reference does", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run('do_build() { local text; text=$(false; echo done); echo "$text"; }')
    expect(ended(await shell.run("do_build")).status.code).toBe(1)
    expect(shell.lines).not.toContain("done")
  })

  it("lets a callback test for failures", async () => {
    const shell = await planShell(temporaryDirectory())
    const outcome = await shell.run("if false; then :; fi; false || true; ! true || :; [[ -n '' ]] && echo no || :")
    expect(outcome.tag).toBe("done")
    shell.end()
  })

  it("runs do_after_failure once, its own failure contained, and keeps the first status", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("do_after_failure() { echo cleaning; exit 9; }")
    expect(ended(await shell.run("exit_with 'no good' 4")).status.code).toBe(4)
    expect(shell.lines.filter((line) => line === "cleaning")).toHaveLength(1)
    expect(shell.lines).toContain("   tree: ERROR: no good")
  })

  it("takes exit 0 in a callback as a failure: there is no package yet", async () => {
    const shell = await planShell(temporaryDirectory())
    expect(ended(await shell.run("exit 0")).status.code).toBe(1)
    expect(shell.lines.join("\n")).toContain("exit was called")
  })

  it("answers helpers that ask the builder, in subshells too", async () => {
    const shell = await planShell(temporaryDirectory(), {
      "resolve-dependency": (wish) => ({ status: 0, fields: [`/hab/pkgs/${wish}/1/2`] }),
    })
    await shell.run('echo "got $(_resolve_dependency core/zlib)"')
    expect(shell.lines).toEqual(["got /hab/pkgs/core/zlib/1/2"])
    shell.end()
  })

  it("gives helpers the reason when the builder fails", async () => {
    const details = { problems: [{ where: "hooks", message: "two files" }], hint: "remove one" }
    const shell = await planShell(temporaryDirectory(), {
      "build-config": () => {
        throw new HabError("PLAN_HOOKS_INVALID", "no good", details)
      },
    })
    await shell.run("PLAN_CONTEXT=. pkg_prefix=.")
    expect(ended(await shell.run("do_build_config")).status.code).toBe(1)
    expect(shell.lines).toContain("   tree: ERROR: no good; hooks: two files (remove one)")
  })

  it("delivers everything printed before it says that a command is done, empty and unfinished lines included", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("for i in {1..2000}; do echo $i; done; echo; printf unfinished")
    expect(shell.lines.slice(-3)).toEqual(["2000", "", "unfinished"])
    expect(shell.lines).toHaveLength(2002)
    await shell.run("echo; echo next >/dev/stderr")
    expect(shell.lines.slice(-2)).toEqual(["", "next"])
    shell.end()
  })

  it("is over although a daemon it left holds its output, and takes the daemon along", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("sleep 1000 & echo $!")
    const daemon = Number(shell.lines[0])
    expect(ended(await shell.run("exit 3")).status.code).toBe(3)
    // Gone, or a zombie that this machine's init has not reaped yet.
    const stat = existsSync(`/proc/${daemon}/stat`) ? readFileSync(`/proc/${daemon}/stat`, "utf8") : "(sleep) Z"
    expect(stat).toMatch(/\) Z/)
  })

  it("ends with what it runs when it is told to", async () => {
    const shell = await planShell(temporaryDirectory())
    const running = shell.run("sleep 1000")
    shell.end()
    expect(ended(await running).tag).toBe("ended")
  })

  it("says that it could not be started", async () => {
    const shell = await planShell("/does/not/exist")
    expect((await shell.exited).tag).toBe("not-started")
  })
})
