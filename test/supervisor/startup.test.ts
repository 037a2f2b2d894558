import { describe, expect, it } from "vitest"
import type { ListOutcome } from "../../src/hooks/runner.ts"
import type { SupervisorContext } from "../../src/supervisor/context.ts"
import type { SupervisorHookRunner } from "../../src/supervisor/hooks/supervisor-hooks.ts"
import type { TakenStep } from "../../src/supervisor/last-process.ts"
import type { Roster } from "../../src/supervisor/roster.ts"
import { runPostStart, runPreStart, startupWatch } from "../../src/supervisor/startup.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { commandSpec, heldService } from "../support/held-service.ts"
import { settle } from "../support/settle.ts"

const FAILED: ListOutcome = { tag: "failed", problem: "'on-run' exited with status code 3" }
const PASSED: ListOutcome = { tag: "passed" }

/** A start whose hooks end so, one after the other. */
function startWith(outcomes: readonly ListOutcome[], respawned: boolean) {
  const clock = fakeClock()
  const asked: string[] = []
  const said: string[] = []
  const stop = new AbortController()
  const run: SupervisorHookRunner["run"] = async (event, reason) => {
    asked.push(`${event} ${reason}`)
    return outcomes[asked.length - 1] ?? PASSED
  }
  const context = {
    launcher: { hello: { respawned } },
    options: { backoff: { tag: "default" } },
    host: { clock, random: () => 0 },
  } as unknown as SupervisorContext
  const hooks: SupervisorHookRunner = { run, runWithin: async () => undefined, has: () => true }
  const say = (_: string, __: string, text: string) => void said.push(text)
  return { startup: { context, hooks, say, signal: stop.signal }, clock, asked, said, stop }
}

describe("the supervisor's pre-start", () => {
  it("ends the first start when it fails", async () => {
    const { startup, asked } = startWith([FAILED], false)
    await expect(runPreStart(startup)).rejects.toThrow("'on-run' exited with status code 3; nothing was started")
    expect(asked).toEqual(["pre-start boot"])
  })

  it("is tried again by a later supervisor until it passes", async () => {
    const { startup, clock, asked, said } = startWith([FAILED, FAILED, PASSED], true)
    const started = runPreStart(startup)
    await settle()
    expect(said).toHaveLength(1)
    expect(said[0]).toContain("services stay as they are, it runs again in")
    clock.advance(60_000)
    await settle()
    clock.advance(60_000)
    await started
    expect(asked).toEqual(["pre-start reload", "pre-start reload", "pre-start reload"])
  })

  it("is not waited for when the supervisor is asked to go", async () => {
    const { startup, stop, asked } = startWith([FAILED], true)
    const started = runPreStart(startup)
    await settle()
    stop.abort()
    await started
    expect(asked).toHaveLength(1)
  })
})

describe("the supervisor's post-start", () => {
  it("runs once all that start with it are up, and only says that it failed", async () => {
    const { startup, asked, said } = startWith([FAILED], false)
    let up: () => void = () => undefined
    const started = runPostStart(
      startup,
      new Promise((resolve) => {
        up = resolve
      }),
    )
    await settle()
    expect(asked).toEqual([])
    up()
    await started
    expect(asked).toEqual(["post-start boot"])
    expect(said).toEqual(["'on-run' exited with status code 3"])
  })

  it("comes when each service is up, has ended for good or is gone; one that waits or is held back is not waited for", async () => {
    const { observer, whenUp } = startupWatch()
    const [web, db, once, held] = ["web", "db", "once", "held"].map((name) =>
      heldService(commandSpec(name), { tag: "starting" }),
    )
    if (web === undefined || db === undefined || once === undefined || held === undefined) throw new Error("four")
    const all = [web, db, once, held]
    const services = new Map(all.map((one) => [one.name, one]))
    const roster = { services, heldBack: new Map([["held", "its set"]]) } as unknown as Roster
    let isUp = false
    void whenUp(roster).then(() => {
      isUp = true
    })
    const step = async (one: typeof web, change: () => void) => {
      change()
      observer.onStep(one, {} as TakenStep)
      await settle()
    }
    await step(web, () => {
      web.service = { ...web.service, state: { tag: "up" } }
    })
    await step(once, () => {
      once.service = { ...once.service, state: { tag: "down", why: "finished" } }
    })
    expect(isUp).toBe(false)
    await step(db, () => services.delete("db"))
    expect(isUp).toBe(true)
  })
})
