import { describe, expect, it } from "vitest"
import { type Cause, SEQUENCES } from "../../../src/cli/reference/sequences.ts"
import { EVENTS, type EventRow } from "../../../src/hooks/events.ts"
import { type Changes, NO_CHANGES } from "../../../src/supervisor/service/change-response.ts"
import type { Effect, ServiceEvent } from "../../../src/supervisor/service/messages.ts"
import { newService } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS, MOMENTS, type Moment, type Settings } from "../../../src/supervisor/service/settings.ts"
import { transition } from "../../../src/supervisor/service/transition.ts"
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

/** Events around a change of what is loaded: they come from outside of the machine. */
const CHANGES = ["pre-create", "post-create", "pre-update", "post-update", "pre-delete", "post-delete"]

/** What begins each sequence in a service that is up; `boot` brings it up. A change of options begins nothing. */
const BEGINNINGS: Readonly<
  Record<Cause, Readonly<{ event: ServiceEvent; hooks?: readonly Moment[]; changes?: Changes }>>
> = {
  load: { event: { tag: "start", reason: "load" } },
  boot: { event: { tag: "start", reason: "boot" } },
  start: { event: { tag: "start", reason: "manual" } },
  options: { event: { tag: "settings-changed", settings: DEFAULT_SETTINGS } },
  manual: { event: { tag: "restart", reason: "manual" } },
  crash: { event: { tag: "process-exited", run, status: CRASH } },
  "applied-config": { event: { tag: "inputs-changed" }, changes: CONFIG },
  reconfigure: { event: { tag: "inputs-changed" }, changes: CONFIG },
  config: { event: { tag: "inputs-changed" }, hooks: NO_RECONFIGURE, changes: CONFIG },
  "hook-changed": { event: { tag: "inputs-changed" }, changes: { hooks: ["run"], config: [] } },
  unhealthy: { event: { tag: "health-result", run, answer: "critical" } },
  update: { event: { tag: "package-changed", settings: DEFAULT_SETTINGS } },
  dependency: { event: { tag: "restart", reason: "dependency" } },
  files: { event: { tag: "files-updated" } },
  stop: { event: { tag: "stop", reason: "manual" } },
  unload: { event: { tag: "unload", reason: "unload" } },
  shutdown: { event: { tag: "stop", reason: "shutdown" } },
}

describe("every cause by every event", () => {
  it.each(Object.keys(SEQUENCES) as Cause[])(
    "%s fires its events and no others, in order, with its reason",
    (cause) => {
      const { event, hooks, changes } = BEGINNINGS[cause]
      const played = createPlayed(hooks)
      const isStart = event.tag === "start"
      const first = played.play(isStart ? event : BEGINNINGS.boot.event)
      const { settings } = played.service()
      const fired = isStart ? first : played.play("settings" in event ? { ...event, settings } : event, changes)
      const { reason, events } = SEQUENCES[cause]
      const expected = events.filter((name) => !CHANGES.includes(name))
      expect(fired).toEqual(expected.map((name) => (name === "run" ? "run" : `${name} ${reason}`)))
    },
  )

  it("leaves out no event of a running service", () => {
    const rows: readonly (readonly [string, EventRow])[] = Object.entries(EVENTS)
    const ofServices = rows.filter(([, { subjects }]) => subjects.includes("service")).map(([name]) => name)
    const inSequences = new Set<string>(Object.values(SEQUENCES).flatMap(({ events }) => events))
    expect(ofServices.filter((name) => !inSequences.has(name))).toEqual(["health-check", "suitability", "on-error"])
  })
})
