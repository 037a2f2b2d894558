import { describe, expect, it } from "vitest"
import { hookSources, refuseCarriageReturns } from "../../src/plan/hook-files.ts"
import { copyServiceFiles, excluding, generatedRun, hasRunHook } from "../../src/plan/service-files.ts"
import { failureOf } from "../support/failure.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const none = () => false

describe("hooks beside a plan", () => {
  it("lose their last ending; hidden files and editors' leftovers are no hooks", () => {
    const files = memoryFileSystem({
      "/p/hooks/run.sh": "",
      "/p/hooks/init": "",
      "/p/hooks/.keep": "",
      "/p/hooks/init~": "",
    })
    expect(hookSources({ files }, "/p", (name) => name.endsWith("~"))).toEqual({
      hooks: [
        { file: "init", hook: "init" },
        { file: "run.sh", hook: "run" },
      ],
      leftOut: [],
      warnings: [],
    })
    expect(hookSources({ files }, "/elsewhere", none).hooks).toEqual([])
  })

  it("with unknown names are packaged with a warning that gives the nearest name", () => {
    const files = memoryFileSystem({
      "/p/hooks/health_check": "",
      "/p/hooks/reload": "",
      "/p/hooks/healthcheck.sh": "",
    })
    const { hooks, warnings } = hookSources({ files }, "/p", none)
    expect(hooks).toHaveLength(3)
    expect(warnings[0]).toBe(
      "hooks/health_check is not the name of a hook and will never run; did you mean 'health-check'?",
    )
    expect(warnings[1]).toContain("hooks/healthcheck.sh")
    expect(warnings[1]).toContain("did you mean 'health-check'?")
    expect(warnings[2]).toContain("hooks/reload")
  })

  it("may not be two files for one hook: the message names both and the way out", () => {
    const files = memoryFileSystem({ "/p/hooks/run": "", "/p/hooks/run.sh": "" })
    const error = failureOf(() => hookSources({ files }, "/p", none))
    expect([error.code, error.exitCode]).toEqual(["PLAN_HOOKS_INVALID", 1])
    expect(error.problems).toEqual([{ where: "/p/hooks", message: "run and run.sh would both be the hook 'run'" }])
    expect(error.hint).toContain("x86_64-linux/hooks/")
  })

  it("for Windows are left out with one line, beside another ending or alone", () => {
    const files = memoryFileSystem({ "/p/hooks/run.sh": "", "/p/hooks/run.ps1": "\r\n", "/p/hooks/init.ps1": "" })
    const { hooks, warnings } = hookSources({ files }, "/p", none)
    expect(hooks).toEqual([{ file: "run.sh", hook: "run" }])
    expect(warnings).toEqual([
      "hooks/init.ps1 is a Windows hook; it is left out",
      "hooks/run.ps1 is a Windows hook; it is left out",
    ])
    expect(() => refuseCarriageReturns({ files }, "/p")).not.toThrow()
  })

  it("with carriage returns are refused by name", () => {
    const files = memoryFileSystem({ "/p/hooks/init": "#!/bin/sh\r\n", "/p/hooks/run": "#!/bin/sh\n" })
    const error = failureOf(() => refuseCarriageReturns({ files }, "/p"))
    expect(error.code).toBe("PLAN_HOOKS_INVALID")
    expect(error.problems.map((problem) => problem.where)).toEqual(["/p/hooks/init"])
  })

  it("count as a run hook under any ending but PowerShell's", () => {
    const withHook = (name: string) => ({ files: memoryFileSystem({ [`/p/hooks/${name}`]: "" }) })
    expect(hasRunHook(withHook("run"), "/p")).toBe(true)
    expect(hasRunHook(withHook("run.py"), "/p")).toBe(true)
    expect(hasRunHook(withHook("run.ps1"), "/p")).toBe(false)
    expect(hasRunHook(withHook("init"), "/p")).toBe(false)
  })
})

describe("do_default_build_config", () => {
  it("copies config, config_install, hooks and default.toml with modes that no umask changed", () => {
    const files = memoryFileSystem({
      "/p/config/a.conf": "a",
      "/p/config/sub/b.conf": "b",
      "/p/config/a.conf~": "",
      "/p/config/.a.swp": "",
      "/p/config/old.bak": "",
      "/p/config_install/i": "i",
      "/p/hooks/run.sh": "#!/bin/sh",
      "/p/default.toml": "x = 1",
      "/p/config.schema.json": "{}",
      "/p/plan.sh": "",
      "/out": undefined,
    })
    files.chmod("/p/config/a.conf", 0o600)
    files.chmod("/p/hooks/run.sh", 0o700)
    files.symlink("a.conf", "/p/config/link.conf")
    files.symlink("/p", "/p/config/loop")
    const warnings = copyServiceFiles({ files }, { planContext: "/p", prefix: "/out", exclude: "" })
    expect(warnings).toEqual(["/p/config/loop is neither a file nor a folder; it is left out"])
    expect(files.snapshot("/out")).toEqual({
      "/out": "d 755",
      "/out/config": "d 755",
      "/out/config/a.conf": "f 644 a",
      "/out/config/link.conf": "f 644 a",
      "/out/config/sub": "d 755",
      "/out/config/sub/b.conf": "f 644 b",
      "/out/config_install": "d 755",
      "/out/config_install/i": "f 644 i",
      "/out/hooks": "d 755",
      "/out/hooks/run": "f 755 #!/bin/sh",
      "/out/config.schema.json": "f 644 {}",
      "/out/default.toml": "f 644 x = 1",
    })
  })

  it("copies nothing for a plan that is no service", () => {
    const files = memoryFileSystem({ "/p/plan.sh": "", "/out": undefined })
    copyServiceFiles({ files }, { planContext: "/p", prefix: "/out", exclude: "" })
    expect(files.snapshot("/out")).toEqual({ "/out": "d 755" })
  })

  it("leaves out what HAB_CONFIG_EXCLUDE says instead of the usual leftovers", () => {
    const isExcluded = excluding("*.tmp, draft?")
    expect(["a.tmp", "draft1", "a.bak", "draft", "xtmp"].map(isExcluded)).toEqual([true, true, false, false, false])
  })
})

describe("do_default_build_service", () => {
  it("writes a run file that drops root with chpst", () => {
    const text = generatedRun({
      command: "redis-server --port 1",
      user: "hab",
      group: "hab",
      servicePath: "/hab/svc/redis",
      dataPath: "/hab/svc/redis/data",
    })
    expect(text).toBe(`#!/bin/sh

export HOME=/hab/svc/redis/data
cd /hab/svc/redis

if [ "$(id -u)" = 0 ]; then
  exec chpst -U hab:hab -u hab:hab redis-server --port 1 2>&1
else
  exec redis-server --port 1 2>&1
fi
`)
  })
})
