import { describe, expect, it } from "vitest"
import { type Cause, OTHER_SEQUENCES, type OtherSequence, SEQUENCES } from "../../../src/cli/reference/sequences.ts"
import { EVENTS, type EventRow } from "../../../src/hooks/events.ts"
import { BRACKETS, type ChangeVerb } from "../../../src/supervisor/change/service-change.ts"
import type { Occasion } from "../../../src/supervisor/hooks/moments.ts"
import { askSuitability } from "../../../src/supervisor/hooks/suitability.ts"
import type { PerformContext } from "../../../src/supervisor/perform.ts"
import { type Changes, NO_CHANGES } from "../../../src/supervisor/service/change-response.ts"
import type { Effect, ServiceEvent } from "../../../src/supervisor/service/messages.ts"
import { newService } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS, MOMENTS, type Moment, type Settings } from "../../../src/supervisor/service/settings.ts"
import { transition } from "../../../src/supervisor/service/transition.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import { CRASH, PASSED } from "./driver.ts"

/** Every moment has a hook; `install` is about packages and fires only where it is owed. */
const HOOKED = MOMENTS.filter((moment) => moment !== "install")

/** A machine whose every effect is answered at once, as if all hooks passed. */
function createPlayed(hooks: readonly Moment[] = HOOKED) {
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    hooks: [...hooks, "health-check"],
    healthFailureThreshold: 1,
    onUnhealthy: "restart",
  }
  const nowMs = 0
  let service = newService({ settings, nowMs, bindsMet: true })
  let fired: string[] = []
  let changes: Changes = NO_CHANGES
  const waiting: ServiceEvent[] = []
  const note = (effect: Effect) => {
    if (effect.tag === "run-hooks") fired.push(`${effect.moment} ${effect.reason}`)
    if (effect.tag === "start-process") fired.push("run")
    if (effect.tag === "check-health") fired.push("health-check schedule")
  }
  return {
    service: () => service,
    /** Everything that fires until nothing is left to answer. */
    play(event: ServiceEvent, rendered: Changes = NO_CHANGES): string[] {
      fired = []
      changes = rendered
      waiting.push(event)
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const outcome = transition(service, next, { nowMs, random: 0 })
        service = outcome.service
        for (const effect of outcome.effects) note(effect)
        waiting.push(...outcome.effects.flatMap((effect) => answersTo(effect, changes)))
      }
      return fired
    },
  }
}

function answersTo(effect: Effect, changes: Changes): readonly ServiceEvent[] {
  const { run } = effect
  switch (effect.tag) {
    case "run-hooks":
      return [{ tag: "hooks-done", run, moment: effect.moment, outcome: PASSED }]
    case "render":
      return [{ tag: "rendered", run, changes }]
    case "start-process":
      return [{ tag: "process-started", run, pid: 100 + run }]
    case "terminate":
      return [
        { tag: "process-exited", run, status: CRASH },
        { tag: "emptied", run },
      ]
    case "check-health":
      return [{ tag: "health-result", run, answer: "ok" }]
    case "start-timer":
      return effect.timer === "retry" ? [{ tag: "retry-timer", run, serial: effect.serial }] : []
    default:
      return []
  }
}

const NO_RECONFIGURE = HOOKED.filter((moment) => moment !== "reconfigure")
const CONFIG: Changes = { hooks: [], config: ["app.conf"] }
const run = 1

/** How a service is changed by a cause, which decides the events around it; they come from outside of the machine. */
const CHANGED: Readonly<Partial<Record<Cause, ChangeVerb>>> = {
  load: "create",
  options: "update",
  reconfigure: "update",
  config: "update",
  "hook-changed": "update",
  update: "update",
  unload: "delete",
}

/** The machine does not see these: who asks a hook there is shown below. */
type Elsewhere = "failure" | "election"

/** What begins each sequence in a service that is up; `boot` brings it up. A change of options begins nothing. */
const BEGINNINGS: Readonly<
  Record<Exclude<Cause, Elsewhere>, Readonly<{ event: ServiceEvent; hooks?: readonly Moment[]; changes?: Changes }>>
> = {
  load: { event: { tag: "start", reason: "load" } },
  boot: { event: { tag: "start", reason: "boot" } },
  start: { event: { tag: "start", reason: "manual" } },
  options: { event: { tag: "settings-changed", settings: DEFAULT_SETTINGS } },
  manual: { event: { tag: "restart", reason: "manual" } },
  crash: { event: { tag: "process-exited", run, status: CRASH } },
  reconfigure: { event: { tag: "inputs-changed" }, changes: CONFIG },
  config: { event: { tag: "inputs-changed" }, hooks: NO_RECONFIGURE, changes: CONFIG },
  "hook-changed": { event: { tag: "inputs-changed" }, changes: { hooks: ["run"], config: [] } },
  unhealthy: { event: { tag: "health-result", run, answer: "critical" } },
  update: { event: { tag: "package-changed", settings: DEFAULT_SETTINGS } },
  dependency: { event: { tag: "restart", reason: "dependency" } },
  memory: { event: { tag: "restart", reason: "memory" } },
  files: { event: { tag: "files-updated" } },
  stop: { event: { tag: "stop", reason: "manual" } },
  unload: { event: { tag: "unload", reason: "unload" } },
  shutdown: { event: { tag: "stop", reason: "shutdown" } },
  check: { event: { tag: "health-timer", run, serial: 0 } },
}

const isOfChange = (name: string) => /^(?:pre|post)-(?:create|update|delete)$/.test(name)

describe("every cause by every event", () => {
  it.each(Object.keys(BEGINNINGS) as (keyof typeof BEGINNINGS)[])(
    "%s fires its events and no others, in order, with its reason",
    (cause) => {
      const { event, hooks, changes } = BEGINNINGS[cause]
      const played = createPlayed(hooks)
      const isStart = event.tag === "start"
      const first = played.play(isStart ? event : BEGINNINGS.boot.event)
      const { settings, timerSerial } = played.service()
      const facts = {
        ...("settings" in event ? { settings } : {}),
        ...("serial" in event ? { serial: timerSerial } : {}),
      }
      const fired = isStart ? first : played.play({ ...event, ...facts } as ServiceEvent, changes)
      const { reason, events } = SEQUENCES[cause]
      const expected = events.filter((name) => !isOfChange(name))
      // Checks go on all the time; where nothing else happens, they are what happens.
      const told = cause === "check" ? fired : fired.filter((line) => !line.startsWith("health-check"))
      expect(told).toEqual(expected.map((name) => (name === "run" ? "run" : `${name} ${reason}`)))
      const verb = CHANGED[cause]
      expect(events.filter(isOfChange)).toEqual(
        verb === undefined ? [] : [...BRACKETS[verb].before, ...BRACKETS[verb].after],
      )
    },
  )

  it("asks how suitable a service is when a leader is elected", async () => {
    const asked: string[] = []
    const context = {
      planHooks: (_: unknown, __: unknown, { event, reason }: Occasion) => {
        asked.push(`${event} ${reason}`)
        return []
      },
    } as unknown as PerformContext
    await askSuitability(context, { release: {} } as Supervised)
    const { reason, events } = SEQUENCES.election
    expect(asked).toEqual(events.map((name) => `${name} ${reason}`))
  })

  it("leaves out no event of the table, whomever it is about", () => {
    const wanted = Object.entries(EVENTS).flatMap(([name, { subjects }]: [string, EventRow]) =>
      subjects.map((subject) => `${name} of a ${subject}`),
    )
    const ofServices = Object.values(SEQUENCES).flatMap(({ events }) => events.map((name) => `${name} of a service`))
    const ofOthers = Object.values(OTHER_SEQUENCES).flatMap(({ subjects, steps }: OtherSequence) =>
      subjects.flatMap((subject) => steps.map((step) => `${step} of a ${subject}`)),
    )
    const inSequences = new Set([...ofServices, ...ofOthers])
    expect(wanted.filter((one) => !inSequences.has(one))).toEqual([])
    const isEvent = (one: string) => !one.startsWith("(")
    expect([...inSequences].filter(isEvent).filter((one) => !wanted.includes(one))).toEqual([])
  })
})
