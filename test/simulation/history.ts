import type { Effect, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Row } from "../../src/supervisor/service/row.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import type { Transition } from "../../src/supervisor/service/transition.ts"
import { calmDown, lawOfEnd } from "./calm.ts"
import { happen, WEIGHTS, wish } from "./chaos.ts"
import { perform } from "./launcher.ts"
import { lawOfChange } from "./laws-of-changes.ts"
import { lawOfGivingUp } from "./laws-of-failures.ts"
import { lawOfState } from "./laws-of-states.ts"
import { lawOfLeaving, lawOfStep } from "./laws-of-steps.ts"
import { createRandom } from "./random.ts"
import { createWorld, LawBroken, law, nextTask, recordOf, type World } from "./world.ts"

const STEPS = 55

/** So many histories, from the first, are played for the tests of the rows. */
export const HISTORIES_OF_ROWS = 5_000

export type HistoryOptions = Readonly<{
  /** Collects the rows that answered. */
  fired?: Set<Row>
  /** Collects one line per event, for a person. */
  trail?: string[]
}>

/** Plays one random history. Undefined when every law held, otherwise what was broken. */
export function playHistory(seed: number, machine: Transition, options: HistoryOptions = {}): string | undefined {
  const world = createWorld({ random: createRandom(seed), machine, happenings: WEIGHTS, ...options })
  try {
    if (world.random.chance(0.95)) wish(world, deliver, "start")
    for (let step = 0; step < STEPS; step++) {
      if (world.random.chance(world.habits.busy) || !nextTask(world)) happen(world, deliver)
    }
    calmDown(world, deliver)
    lawOfEnd(world, deliver)
    return undefined
  } catch (error) {
    if (error instanceof LawBroken) return error.message
    return `it throws: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Gives the supervisor's machine an event, judges what it made of it and does what it asks for. */
export function deliver(world: World, event: ServiceEvent): void {
  const before = world.service
  const { service, effects, row } = world.machine(before, event, { nowMs: world.nowMs, random: world.random.next() })
  world.service = service
  if (before.state.tag === "up" && service.state.tag !== "up") world.ledger.wishedAtMs = world.nowMs
  if (row !== undefined) world.fired?.add(row)
  if (world.trail !== undefined) world.trail.push(tell(world, event, row, effects))
  hear(world, before, event)
  lawOfChange(world, before, event)
  for (const effect of effects) {
    law(effect.run >= before.run || effect.run === service.run, `${effect.tag} for an older run`)
    law(effect.run <= service.run, `${effect.tag} for a run to come`)
    perform(world, effect, deliver)
  }
  lawOfStep(world, before, event)
  lawOfLeaving(world, before, event)
  lawOfGivingUp(world, before, event)
  lawOfState(world)
}

/** What a supervisor has heard is not told to the next one. */
function hear(world: World, before: Service, event: ServiceEvent): void {
  if (!("run" in event) || event.run !== before.run) return
  const record = recordOf(world, event.run)
  if (event.tag === "process-exited" && event === record.exit) {
    record.told = true
    record.ownEnd = before.state.tag === "starting" || before.state.tag === "up"
  }
  if (["rendering", "refreshing"].includes(before.state.tag) && event.tag.startsWith("render")) record.renders -= 1
  if (before.state.tag !== "up" && before.state.tag !== "leaving") return
  if (event.tag === "health-result") record.checks -= 1
  if (event.tag === "rendered" || event.tag === "render-failed") record.renders -= 1
  if (event.tag === "hooks-done" && event.moment === "reconfigure") record.reconfigures -= 1
  if (event.tag === "hooks-done" && event.moment === "post-start") record.postStartOver = true
}

function tell(world: World, event: ServiceEvent, row: Row | undefined, effects: readonly Effect[]): string {
  const { state, run } = world.service
  const next = "next" in state ? `{${state.next}}` : ""
  const detail = JSON.stringify({ ...event, tag: undefined, settings: undefined, upcoming: undefined })
  return `${world.nowMs} ${event.tag} ${detail} [${row?.id ?? "dropped"}] → ${state.tag}${next} ${run}: ${effects.map(({ tag }) => tag).join(" ")}`
}
