import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan, journalOf, noteHook, RUNS_ON, type TestPlan } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

/** Hooks declared in hooks.toml, in the overlay and in sup.toml, run by one supervisor. */
let hab: Hab
let sup: SupervisorRun

const SUP_TOML = `
[[hooks.pre-start]]
for = ["acme/ordered"]
run = "echo supervisor-pre >>/hab/svc/$HAB_HOOK_SERVICE/data/journal"

[[hooks.post-start]]
for = ["acme/ordered"]
run = "echo supervisor-post >>/hab/svc/$HAB_HOOK_SERVICE/data/journal"
`

beforeAll(() => {
  hab = createHab()
  hab.write("hab/sup/default/config/sup.toml", SUP_TOML)
  sup = hab.supervise()
})

afterAll(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
})

const journal = (name: string) => journalOf(hab, name)
const overlay = (name: string, text: string) => hab.write(`hab/user/${name}/hooks.toml`, text)
const note = (name: string, word: string) => `echo ${word} >>/hab/svc/${name}/data/journal`

async function running(plan: TestPlan, ...options: string[]): Promise<number> {
  installPlan(hab, plan)
  hab.does("svc", "load", `acme/${plan.name}`, ...options)
  return until(`${plan.name} is up`, () => hab.status(plan.name)?.pid ?? undefined)
}

describe("hooks declared in files", () => {
  it("run in order: the supervisor's first before a start and last after it, the package's before the operator's", async () => {
    overlay(
      "ordered",
      `[[hooks.pre-start]]\nrun = "${note("ordered", "overlay-pre")}"\n[[hooks.post-start]]\nrun = "${note("ordered", "overlay-post")}"\n[[hooks.on-init]]\nrun = "${note("ordered", "first")}"\n`,
    )
    await running({
      name: "ordered",
      hooks: {
        init: noteHook("init"),
        "hooks.toml": `[[hooks.pre-start]]\nrun = "${note("ordered", "package-pre")}"\n`,
        run: RUNS_ON,
      },
    })
    await until("all have run", () => journal("ordered").includes("supervisor-post"))
    expect(journal("ordered")).toEqual([
      "first",
      "supervisor-pre",
      "init",
      "package-pre",
      "overlay-pre",
      "overlay-post",
      "supervisor-post",
    ])
    hab.does("svc", "restart", "acme/ordered")
    await until("it is up again", () => journal("ordered").filter((line) => line === "supervisor-post").length === 2)
    expect(journal("ordered").filter((line) => line === "first")).toHaveLength(1)
  })

  it("change without restarting the service, and a mistake in the file takes none away", async () => {
    const pid = await running({ name: "edited", hooks: { run: RUNS_ON } })
    overlay("edited", `[[hooks.pre-stop]]\nrun = "${note("edited", "goodbye")}"\n`)
    await sup.sees("hooks.toml was read again: 1 hook")
    overlay("edited", `[[hooks.pre-stpo]]\nrun = "x"\n`)
    await until("the mistake is told", () =>
      sup.output().includes("there is no hook 'pre-stpo'; did you mean 'pre-stop'?"),
    )
    expect(hab.status("edited")?.pid).toBe(pid)
    expect(hab.does("svc", "explain", "edited")).toContain("pre-stpo")
    hab.does("svc", "stop", "acme/edited")
    await until("it is down", () => hab.status("edited")?.phase === "down")
    expect(journal("edited")).toEqual(["goodbye"])
  })

  it("are told of the event by variables and by a file of their own", async () => {
    overlay(
      "told",
      `[[hooks.pre-start]]\nrun = '''\nprintenv | grep ^HAB_HOOK_ | sort >$OUT/variables\ncp "$HAB_HOOK_FILE" $OUT/record.json\nstat -c %a "$HAB_HOOK_FILE" >$OUT/mode\n'''\nenvironment = { OUT = "/hab/svc/told/data" }\n`,
    )
    await running({ name: "told", hooks: { run: RUNS_ON } })
    expect(hab.read("hab/svc/told/data/variables")).toContain("HAB_HOOK_REASON=load")
    expect(hab.read("hab/svc/told/data/mode")).toBe("600\n")
    expect(JSON.parse(hab.read("hab/svc/told/data/record.json"))).toMatchObject({
      event: "pre-start",
      operation: "start",
      reason: "load",
      subject: { kind: "service", name: "told", group: "told.default" },
    })
    expect(hab.list("hab/svc/told/hooks")).toEqual(["run"])
  })

  it("run for the reasons they name, and a failing one that counts keeps the service from starting", async () => {
    overlay(
      "picky",
      `[[hooks.pre-stop]]\non = "manual"\nrun = "${note("picky", "by-hand")}"\n[[hooks.pre-start]]\ncommand = ["/bin/sh", "-c", "test -e /hab/svc/picky/data/allowed"]\n`,
    )
    installPlan(hab, { name: "picky", hooks: { run: RUNS_ON } })
    hab.does("svc", "load", "acme/picky")
    await until("the hook says no", () => hab.does("svc", "hooks", "picky").includes("pre-start-overlay"))
    expect(hab.status("picky")?.pid).toBeNull()
    hab.write("hab/svc/picky/data/allowed", "")
    hab.does("svc", "start", "acme/picky")
    await until("it is up", () => hab.status("picky")?.pid ?? undefined)
    hab.does("svc", "unload", "acme/picky")
    expect(journal("picky")).toEqual([])
  })
})
