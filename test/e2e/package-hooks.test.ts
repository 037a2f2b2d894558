import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"
import { buildPlan, installPlan, journalOf, noteHook, RUNS_ON, type TestPlan } from "../support/plans.ts"
import { until } from "../support/until.ts"

/** Writes into one file of the root, so that the order of several packages is seen. */
const trace = (hook: string) => `echo "${hook} {{pkg.name}}/{{pkg.version}}" >>{{cfg.trace}}`

const first: TestPlan = {
  name: "first",
  hooks: { install: `${trace("install")}\nexit {{cfg.code}}`, uninstall: trace("uninstall") },
  toml: 'trace = "/tmp/nowhere"\ncode = 0\n',
}
const second: TestPlan = { ...first, name: "second", deps: ["acme/first"] }
const third: TestPlan = {
  ...first,
  name: "third",
  deps: ["acme/second"],
  hooks: { ...first.hooks, run: RUNS_ON, init: noteHook("init") },
}

let builder: Hab
let artifact: string
let installedAtBuild: string[]

beforeAll(() => {
  builder = createHab()
  for (const plan of [first, second]) installPlan(builder, plan, "--ignore-install-hook")
  artifact = buildPlan(builder, third)
  installedAtBuild = tracesOf(builder)
})

/** What hooks wrote, in their order. */
const tracesOf = (hab: Hab) => (hab.readIfPresent("trace") ?? "").split("\n").filter((line) => line !== "")

/** A root that trusts the builder's key and traces what hooks do; `code` is what the install hook of `first` ends with. */
function newRoot(code = 0): Hab {
  const hab = createHab()
  const keys = builder.path("hab/cache/keys")
  for (const name of readdirSync(keys)) hab.write(`hab/cache/keys/${name}`, readFileSync(path.join(keys, name), "utf8"))
  for (const { name } of [first, second, third]) {
    const own = name === "first" ? code : 0
    hab.write(`hab/user/${name}/config/user.toml`, `trace = "${hab.path("trace")}"\ncode = ${own}\n`)
  }
  return hab
}

const statusFiles = (hab: Hab) =>
  ["first", "second", "third"].map((name) => hab.readIfPresent(`${packageOf(hab, name)}/INSTALL_HOOK_STATUS`))
const packageOf = (hab: Hab, name: string) => path.relative(hab.root, hab.does("pkg", "path", `acme/${name}`))

const allThree = ["install first/1.0.0", "install second/1.0.0", "install third/1.0.0"]

async function supervised(hab: Hab, test: (sup: SupervisorRun) => Promise<void>): Promise<void> {
  const sup = hab.supervise("acme/third")
  await test(sup)
  await sup.stop()
}

describe("install hooks", () => {
  it("run at the first install of a package, those of its dependencies first, and not again", () => {
    const hab = newRoot()
    hab.does("pkg", "install", artifact)
    expect(tracesOf(hab)).toEqual(allThree)
    expect(statusFiles(hab)).toEqual(["0", "0", "0"])
    hab.does("pkg", "install", artifact)
    expect(tracesOf(hab)).toEqual(allThree)
    expect(hab.readIfPresent("hab/svc/third/logs/install.stdout.log")).toBe("")
  })

  it("of runtime dependencies do not run when a package that needs them is built", () => {
    expect(installedAtBuild).toEqual([])
    expect(builder.list(packageOf(builder, "first"))).not.toContain("INSTALL_HOOK_STATUS")
  })

  it("run when the supervisor loads a package and they never ran, before anything of the service", async () => {
    const hab = newRoot()
    hab.does("pkg", "install", artifact, "--ignore-install-hook")
    expect(tracesOf(hab)).toEqual([])
    await supervised(hab, async (sup) => {
      await sup.sees("third runs as")
      expect(tracesOf(hab)).toEqual(allThree)
      expect(journalOf(hab, "third")).toEqual(["init"])
    })
  })

  it("that failed are remembered with their exit code, which is hab's, and run again at the next install", () => {
    const hab = newRoot(42)
    expect(hab.run("pkg", "install", artifact)).toMatchObject({ code: 42 })
    expect(tracesOf(hab)).toEqual(["install first/1.0.0"])
    expect(statusFiles(hab)).toEqual(["42", undefined, undefined])
    hab.write("hab/user/first/config/user.toml", `trace = "${hab.path("trace")}"\n`)
    hab.does("pkg", "install", artifact)
    expect(tracesOf(hab)).toEqual(["install first/1.0.0", ...allThree])
    expect(statusFiles(hab)).toEqual(["0", "0", "0"])
  })

  it("that failed run again when the supervisor loads the package; a start waits until they succeed", async () => {
    const hab = newRoot(42)
    hab.run("pkg", "install", artifact)
    await supervised(hab, async (sup) => {
      await sup.sees(/first install hook failed|'install' exited with status code 42/)
      expect(journalOf(hab, "third")).toEqual([])
      hab.write("hab/user/first/config/user.toml", `trace = "${hab.path("trace")}"\n`)
      await sup.sees("third runs as")
      expect(statusFiles(hab)).toEqual(["0", "0", "0"])
    })
  })
})

describe("what install and uninstall hooks see", () => {
  const context = "svc={{#if svc}}there{{/if}} bind={{#if bind}}there{{/if}} sys={{#if sys}}there{{/if}}"
  const looks = (hook: string) =>
    [
      `echo "${context}" >{{pkg.svc_data_path}}/${hook}`,
      `cat {{pkg.svc_config_install_path}}/setup.conf >>{{pkg.svc_data_path}}/${hook}`,
      `ls {{pkg.svc_path}}/config >>{{pkg.svc_data_path}}/${hook}`,
    ].join("\n")
  const watcher: TestPlan = {
    name: "watcher",
    toml: 'greeting = "hello"\n',
    config: { "run.conf": "greeting = {{cfg.greeting}}\n" },
    configInstall: { "setup.conf": "setup {{cfg.greeting}}\n" },
    hooks: { install: looks("install"), uninstall: looks("uninstall") },
  }

  it("is their package, its configuration and config_install, and nothing of a service or a census", () => {
    const hab = createHab()
    installPlan(hab, watcher)
    expect(hab.read("hab/svc/watcher/data/install")).toBe("svc= bind= sys=\nsetup hello\n")
    hab.does("pkg", "uninstall", "acme/watcher")
    expect(hab.read("hab/svc/watcher/data/uninstall")).toBe("svc= bind= sys=\nsetup hello\n")
  })

  it("changes with the configuration without reloading the service", async () => {
    const hab = createHab()
    const service = {
      ...watcher,
      config: { "run.conf": "steady = {{pkg.name}}\n" },
      hooks: {
        install: `${looks("install")}\necho {{cfg.greeting}}`,
        uninstall: "echo {{cfg.greeting}}",
        "health-check": "echo {{cfg.greeting}}",
        run: RUNS_ON,
      },
    }
    const ident = installPlan(hab, service)
    const sup = hab.supervise(ident)
    await sup.sees("watcher runs as")
    const before = hab.status("watcher")
    hab.write("hab/user/watcher/config/user.toml", 'greeting = "good day"\n')
    await until("the change has been rendered", () =>
      hab.read("hab/svc/watcher/hooks/health-check").includes("good day"),
    )
    expect(hab.status("watcher")).toMatchObject({ pid: before?.pid, restarts: 0 })
    await sup.stop()
  })
})

describe("uninstall hooks", () => {
  const version = (number: string): TestPlan => ({ ...first, name: "many", version: number })

  function withVersions(...numbers: string[]): Hab {
    const hab = createHab()
    hab.write("hab/user/many/config/user.toml", `trace = "${hab.path("trace")}"\n`)
    for (const number of numbers) installPlan(hab, version(number), "--ignore-install-hook")
    return hab
  }

  it("run when the last release of a package goes, not while there are others", () => {
    const hab = withVersions("1.0.0", "2.0.0")
    expect(hab.run("pkg", "uninstall", "acme/many").stderr).toContain("uninstall hook (other releases are installed)")
    expect(tracesOf(hab)).toEqual([])
    hab.does("pkg", "uninstall", "acme/many")
    expect(tracesOf(hab)).toEqual(["uninstall many/1.0.0"])
    expect(hab.does("pkg", "list", "--all")).toBe("")
  })

  it("of the newest is the one that runs when all go at once, oldest first", () => {
    const hab = withVersions("2.0.0", "10.0.0", "1.0.0")
    const { stderr } = hab.run("pkg", "uninstall", "acme/many", "--keep-latest", "0")
    const deleted = [...stderr.matchAll(/Deleted acme\/many\/([\d.]+)/g)].map((match) => match[1])
    expect(deleted).toEqual(["1.0.0", "2.0.0", "10.0.0"])
    expect(tracesOf(hab)).toEqual(["uninstall many/10.0.0"])
  })

  it("that fail keep the package, and their exit code is hab's; --ignore-uninstall-hook removes it all the same", () => {
    const hab = createHab()
    installPlan(hab, { name: "stays", hooks: { uninstall: "exit 97" } })
    expect(hab.run("pkg", "uninstall", "acme/stays")).toMatchObject({ code: 97 })
    expect(hab.does("pkg", "path", "acme/stays")).toContain("acme/stays")
    expect(hab.does("pkg", "uninstall", "acme/stays", "--ignore-uninstall-hook")).toMatch(/^Uninstall of .* complete$/)
    expect(hab.run("pkg", "path", "acme/stays").code).toBe(1)
  })
})

describe("hab pkg uninstall", () => {
  it("keeps what a loaded service uses, what is excluded and what others need", async () => {
    const hab = newRoot()
    hab.does("pkg", "install", artifact)
    expect(hab.run("pkg", "uninstall", "acme/second")).toMatchObject({ code: 1 })
    await supervised(hab, async (sup) => {
      await sup.sees("third runs as")
      expect(hab.run("pkg", "uninstall", "acme/third").stderr).toContain("a loaded service uses it")
    })
    hab.does("svc", "unload", "acme/third")
    const dry = hab.run("pkg", "uninstall", "acme/third", "--dryrun", "--exclude", "acme/first")
    expect(dry.stdout).toContain("and 1 dependencies would be done (Dry run)")
    expect(hab.does("pkg", "list", "--all").split("\n")).toHaveLength(3)
    hab.does("pkg", "uninstall", "acme/third", "--exclude", "acme/first")
    expect(hab.does("pkg", "list", "--all")).toMatch(/^acme\/first\/1\.0\.0\/\d+$/)
  })
})
