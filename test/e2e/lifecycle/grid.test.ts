import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Cause, SEQUENCES, type Sequence } from "../../../src/cli/reference/sequences.ts"
import { EVENTS, type EventRow } from "../../../src/hooks/events.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../../support/hab.ts"
import { installPlan, RUNS_ON, type TestPlan } from "../../support/plans.ts"
import { until } from "../../support/until.ts"

/** One service whose every event is noted with its reason, while one thing after the other happens to it. */
let hab: Hab
let sup: SupervisorRun

/** `run` notes itself, checks are made all the time, and `reconfigure` comes later. */
const OTHERWISE: readonly string[] = ["run", "health-check", "reconfigure"]

/** Every other event of services is told, where it belongs and where it does not. */
const TOLD = Object.entries(EVENTS)
  .filter(([name, { subjects }]: [string, EventRow]) => subjects.includes("service") && !OTHERWISE.includes(name))
  .map(([name]) => name)

const note = (event: string) => `[[hooks.${event}]]
for = ["acme/grid"]
on = ["any"]
run = 'echo "$HAB_HOOK_EVENT $HAB_HOOK_REASON" >>"$JOURNAL"'
environment = { JOURNAL = "${hab.path("journal")}" }
`

const plan = (version: string): TestPlan => ({
  name: "grid",
  version,
  toml: "word = 1\nrun = 1\n",
  config: { "app.conf": "{{cfg.word}}\n" },
  hooks: {
    run: `: {{cfg.run}}\necho run >>${hab.path("journal")}\n${RUNS_ON}`,
    "health-check": `test ! -e ${hab.path("sick")} || { rm ${hab.path("sick")}; exit 2; }`,
  },
})

beforeAll(async () => {
  hab = createHab()
  hab.write("hab/sup/default/config/sup.toml", TOLD.map(note).join("\n"))
  installPlan(hab, plan("1.0.0"))
  hab.write("base.toml", '[services.base]\ncommand = ["sleep", "1000"]\n')
  hab.does("svc", "apply", "base.toml")
  sup = hab.supervise()
  await sup.sees("Starting ctl-gateway")
})

afterAll(async () => {
  await sup.stop()
  expect(processesOf(hab.root)).toEqual([])
})

const lines = () => (hab.readIfPresent("journal") ?? "").trim().split("\n")

/** Does something and compares what fires then; what runs beside the rest, as the process does, is looked at alone. */
async function expectSequence(cause: Cause, act: () => unknown): Promise<void> {
  const { reason, around, events }: Sequence = SEQUENCES[cause]
  const reasonOf = (event: string) => (around !== undefined && event.endsWith("-update") ? around : reason)
  const expected = events.map((event) => (event === "run" ? "run" : `${event} ${reasonOf(event)}`))
  const before = lines().filter(Boolean).length
  await act()
  const fired = () => lines().filter(Boolean).slice(before)
  await until(`${cause} is over`, () => fired().length >= expected.length)
  const isBeside = (line: string) => /^(?:run$|post-(?:healthy|create|update))/.test(line)
  expect(
    fired().filter((line) => !isBeside(line)),
    cause,
  ).toEqual(expected.filter((line) => !isBeside(line)))
  expect(fired().filter(isBeside).sort(), cause).toEqual(expected.filter(isBeside).sort())
  await until("it is at rest", () => ["up", "down", undefined].includes(hab.status("grid")?.phase))
}

function hooksRunning(): number {
  return JSON.parse(hab.does("svc", "explain", "grid", "--json")).running.length
}

/** What the operator says of it besides what `hab svc load` can say. */
function dependOnBase(): void {
  const file = "hab/sup/default/specs/grid.hab.toml"
  hab.write(file, `${hab.read(file)}\n[depends_on.base]\nrestart = true\n`)
}

const userToml = (text: string) => () => hab.write("hab/user/grid/config/user.toml", text)

describe("every cause by every event, under one supervisor", () => {
  it("fires the events of its sequence and no others, in order, with its reason", async () => {
    const unwell = ["--on-critical", "restart", "--health-failure-threshold", "1"]
    await expectSequence("load", () => hab.does("svc", "load", "acme/grid", "--health-check-interval", "1", ...unwell))
    await expectSequence("manual", () => hab.does("svc", "restart", "acme/grid"))
    await expectSequence("crash", () => process.kill(hab.status("grid")?.pid ?? 0, "SIGKILL"))
    await expectSequence("config", userToml("word = 2\n"))
    await expectSequence("hook-changed", userToml("word = 2\nrun = 2\n"))
    await expectSequence("unhealthy", () => hab.write("sick", ""))
    // What changes while a hook runs is taken for the hook's own work.
    await until("no hook runs", () => hooksRunning() === 0)
    await expectSequence("files", () => hab.write("hab/svc/grid/files/motd", "hello"))
    await expectSequence("options", () => hab.does("svc", "update", "acme/grid", "--channel", "beta"))
    installPlan(hab, plan("1.1.0"))
    await expectSequence("update", () =>
      hab.does("svc", "load", "acme/grid", "--force", "--channel", "beta", ...unwell),
    )
    await expectSequence("stop", () => hab.does("svc", "stop", "acme/grid"))
    await expectSequence("start", () => hab.does("svc", "start", "acme/grid"))
    hab.write("hab/user/grid/hooks.toml", note("reconfigure").replace(/^for .*\n/m, ""))
    await sup.sees("hooks.toml was read again: 1 hook")
    await expectSequence("reconfigure", userToml("word = 3\nrun = 2\n"))
    await expectSequence("reconfigure", () => hab.given("word = 4\n", "config", "apply", "grid.default", "1"))
    dependOnBase()
    await until("the change is over", () => lines().at(-1) === "post-update load")
    await expectSequence("dependency", () => hab.does("svc", "restart", "base"))
    await expectSequence("shutdown", () => sup.stop())
    await expectSequence("boot", () => {
      sup = hab.supervise()
    })
    await expectSequence("unload", () => hab.does("svc", "unload", "acme/grid"))
  })
})
