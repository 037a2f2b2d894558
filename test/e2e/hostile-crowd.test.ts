import { afterEach, describe, expect, it } from "vitest"
import { footprintOf, supervisionOf, whileAnswering } from "../support/footprint.ts"
import { createHab, type Hab, processesOf, type SupervisorRun } from "../support/hab.ts"
import { until } from "../support/until.ts"
import { writeInstalled } from "../support/written-packages.ts"

const KILOBYTES_EACH_MAX = 400
const KILOBYTES_GROWN_MAX = 96 * 1024
/** A crowd takes its time on a busy machine; nothing here asks how long. */
const PATIENCE_MS = 110_000

let hab: Hab
let sup: SupervisorRun

/** A supervisor over one package per name, none of which is loaded yet. */
async function crowd(count: number, run: string, ...options: string[]): Promise<string[]> {
  hab = createHab()
  const names = Array.from({ length: count }, (_, index) => `s${index}`)
  for (const name of names) {
    await writeInstalled(hab, { ident: `bad/${name}/1.0.0/20260101000000`, files: { "hooks/run": run } })
  }
  sup = hab.supervise(...options)
  await until("the supervisor answers", () => hab.run("svc", "status").code === 0)
  return names
}

/** What an operator's script does: all specs at once. */
function loadAll(names: readonly string[], desired: "up" | "down" = "up"): void {
  for (const name of names)
    hab.write(`hab/sup/default/specs/${name}.spec`, `ident = "bad/${name}"\ndesired_state = "${desired}"\n`)
}

/** Of every service, how many times it was started. */
function starts(names: readonly string[]): number[] {
  return names.map((name) => (hab.readIfPresent(`hab/svc/${name}/logs/run.stdout.log`) ?? "").split("\n").length - 1)
}

afterEach(async () => {
  expect(await sup.stop()).toBe(0)
  expect(processesOf(hab.root)).toEqual([])
  expect(hab.list("hab/sup/default/run")).toEqual([])
})

describe("a crowd of services", () => {
  it("500 started at once are all up, and status answers throughout", { timeout: PATIENCE_MS }, async () => {
    const names = await crowd(500, "#!/bin/sh\necho started\nexec sleep 1000\n")
    const before = footprintOf(hab, sup)
    const supervisors = supervisionOf(sup)
    const answered = await whileAnswering(hab, async () => {
      loadAll(names)
      await until("all have started", () => starts(names).every((count) => count === 1), PATIENCE_MS)
    })
    expect(answered).toBeGreaterThan(0)
    expect(
      hab
        .does("svc", "status")
        .split("\n")
        .filter((line) => / up +up /.test(line)),
    ).toHaveLength(500)
    expect(supervisionOf(sup)).toEqual(supervisors)
    expect((footprintOf(hab, sup).kilobytes - before.kilobytes) / names.length).toBeLessThan(KILOBYTES_EACH_MAX)
  })

  it("that crashes 1,000 times without a pause leaves no descriptor, process or memory behind", {
    timeout: PATIENCE_MS,
  }, async () => {
    const backoff = ["--service-min-backoff-period", "0", "--service-max-backoff-period", "0"]
    const names = await crowd(20, "#!/bin/sh\necho started\nexit 1\n", ...backoff)
    const supervisors = supervisionOf(sup)
    const crashed = (times: number) => () => starts(names).reduce((sum, count) => sum + count, 0) >= times
    const stopped = async () => {
      loadAll(names, "down")
      await until("all are down", () => processesOf(hab.root).length === supervisors.length)
      return footprintOf(hab, sup)
    }
    loadAll(names)
    await until("each has crashed a few times", crashed(200), PATIENCE_MS)
    const early = await stopped()
    loadAll(names)
    const answered = await whileAnswering(hab, () => until("1,000 crashes", crashed(1_200), PATIENCE_MS))
    expect(answered).toBeGreaterThan(0)
    expect(supervisionOf(sup)).toEqual(supervisors)
    const late = await stopped()
    await until("all descriptors are given back", () => footprintOf(hab, sup).descriptors <= early.descriptors)
    expect(late.kilobytes - early.kilobytes).toBeLessThan(KILOBYTES_GROWN_MAX)
  })

  it("1,000 crash loops at once are all being looked after, and status answers throughout", {
    timeout: PATIENCE_MS,
  }, async () => {
    const names = await crowd(1_000, "#!/bin/sh\necho started\nexit 1\n")
    const supervisors = supervisionOf(sup)
    const answered = await whileAnswering(hab, async () => {
      loadAll(names)
      await until("somebody is told while they are being taken up", () => {
        const told = hab.run("svc", "status", "--json")
        const count = told.code === 0 ? JSON.parse(told.stdout).length : 0
        return count > 0 && count < names.length
      })
      await until("each has crashed", () => starts(names).every((count) => count >= 1), PATIENCE_MS)
    })
    expect(answered).toBeGreaterThan(0)
    expect(supervisionOf(sup)).toEqual(supervisors)
  })
})
