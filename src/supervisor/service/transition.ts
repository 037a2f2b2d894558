import { required } from "../../base/assert.ts"
import { ACTIONS } from "./actions.ts"
import { enter } from "./entries.ts"
import { holds, refusedStop } from "./guards.ts"
import type { Effect, EventTag, ServiceEvent } from "./messages.ts"
import type { NextRule, Row } from "./row.ts"
import { ROWS } from "./rows.ts"
import type { Next, Service, StateTag } from "./service.ts"
import { type Instant, type Step, setState } from "./step.ts"

/** What became of the service, and what the shell has to do for it, in this order. */
export type Outcome = Readonly<{ service: Service; effects: readonly Effect[]; row: Row | undefined }>

export type Transition = (service: Service, event: ServiceEvent, instant: Instant) => Outcome

/** The machine over the rows of this room: pure, and the only place where services change. */
export const transition: Transition = machineOf(ROWS)

/** A machine over other rows: what has no row is dropped. Tests break rows to see that the simulation notices. */
export function machineOf(rows: readonly Row[]): Transition {
  const answers = indexRows(rows)
  return (service, event, instant) => {
    const row = isLate(service, event) ? undefined : findRow(answers, service, event)
    if (row === undefined || isInert(row)) return { service, effects: NOTHING, row }
    const step: Step = { service: { ...service }, effects: [], event, instant }
    for (const action of row.do ?? []) ACTIONS[action](step)
    const next = row.next === undefined ? undefined : resolveNext(row.next, step.service, event)
    if (row.to !== undefined) enter(step, row.to, next ?? "down")
    else if (next !== undefined) replaceNext(step, next)
    return { service: step.service, effects: step.effects, row }
  }
}

const NOTHING: readonly Effect[] = []

function isInert({ to, next, do: actions }: Row): boolean {
  return to === undefined && next === undefined && actions === undefined
}

type Answers = ReadonlyMap<EventTag, ReadonlyMap<StateTag, readonly Row[]>>

function indexRows(rows: readonly Row[]): Answers {
  const answers = new Map<EventTag, Map<StateTag, Row[]>>()
  for (const row of rows) {
    for (const event of row.on) {
      const states = answers.get(event) ?? new Map<StateTag, Row[]>()
      answers.set(event, states)
      for (const state of row.in) states.set(state, [...(states.get(state) ?? []), row])
    }
  }
  return answers
}

function findRow(answers: Answers, service: Service, event: ServiceEvent): Row | undefined {
  const rows = answers.get(event.tag)?.get(service.state.tag) ?? []
  return rows.find((row) => row.when === undefined || holds(row.when, service, event))
}

/** An answer meant for an older run, or a timer that was cancelled. What an earlier supervisor left names its own run. */
function isLate(service: Service, event: ServiceEvent): boolean {
  if (event.tag === "found-alive" || event.tag === "found-leftovers") return false
  if ("serial" in event && event.serial !== service.timerSerial) return true
  return "run" in event && event.run !== service.run
}

const WISHED = { start: "start", restart: "start", stop: "down", unload: "gone" } as const

function resolveNext(rule: NextRule, service: Service, event: ServiceEvent): Next {
  if (rule === "wished") return required(WISHED[event.tag as keyof typeof WISHED], `what ${event.tag} wishes`)
  if (rule === "refused") return service.refused?.next ?? "down"
  if (rule === "kept") return "next" in service.state ? service.state.next : "down"
  const again = rule === "by policy" ? (service.settings.restart === "no" ? "failed" : "retry") : rule
  return refusedStop(service) ?? again
}

function replaceNext(step: Step, next: Next): void {
  const { state } = step.service
  if (state.tag === "leaving" || state.tag === "stopping" || state.tag === "cleaning")
    setState(step, { ...state, next })
}
