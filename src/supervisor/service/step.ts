import type { Effect, Note, Reason, ServiceEvent, TimerName } from "./messages.ts"
import type { Life, Moments, Service, State } from "./service.ts"
import type { Moment } from "./settings.ts"

/** Time and chance as values. `nowMs` is monotonic; `random` is in [0, 1). */
export type Instant = Readonly<{ nowMs: number; random: number }>

/** A service nobody else holds yet. */
type Draft = { -readonly [Fact in keyof Service]: Service[Fact] }

/** One transition being worked out: the service as it becomes, and what has to be done. */
export type Step = {
  readonly service: Draft
  readonly effects: Effect[]
  readonly event: ServiceEvent
  readonly instant: Instant
}

/** Replaces some facts of the service. */
export function change(step: Step, facts: Partial<Service>): void {
  Object.assign(step.service, facts)
}

/** Replaces some facts of the current run. */
export function changeLife(step: Step, facts: Partial<Life>): void {
  step.service.life = { ...step.service.life, ...facts }
}

/** Puts the service into a state; a new state begins now. */
export function setState(step: Step, state: State): void {
  const { service, instant } = step
  if (service.state.tag !== state.tag) service.sinceMs = instant.nowMs
  service.state = state
}

/** Adds a fact for the log. */
export function note(step: Step, fact: Note): void {
  step.effects.push({ tag: "note", run: step.service.run, note: fact })
}

/** Sets the timer of the current run; the one before it means nothing any more. */
export function startTimer(step: Step, timer: TimerName, delayMs: number): void {
  const serial = step.service.timerSerial + 1
  change(step, { timerSerial: serial })
  step.effects.push({ tag: "start-timer", run: step.service.run, timer, serial, delayMs })
}

/** Cancels the timer of the current run, also when it is firing just now. */
export function cancelTimer(step: Step, timer: TimerName): void {
  change(step, { timerSerial: step.service.timerSerial + 1 })
  step.effects.push({ tag: "cancel-timer", run: step.service.run, timer })
}

/** True when the list of this moment holds hooks, or there is a check to run. */
export function hasHooks(service: Service, moment: Moment | "health-check"): boolean {
  return service.settings.hooks.includes(moment)
}

/** Runs the hooks of a moment, for the reason the service goes where it goes. An empty list is over already: false. */
export function runHooks(step: Step, moment: Moment, reason: Reason = step.service.reason): boolean {
  const { service } = step
  if (!hasHooks(service, moment)) return false
  step.effects.push({ tag: "run-hooks", run: service.run, moment, reason })
  changeLife(step, { touched: true })
  return true
}

/** The lists still to run, without empty ones in front. */
export function skipEmpty(service: Service, moments: Moments): Moments {
  const first = moments.findIndex((moment) => hasHooks(service, moment))
  return first === -1 ? [] : moments.slice(first)
}

/** Renders with the inputs as they are now: whatever changed before is taken up. */
export function render(step: Step): void {
  change(step, { stale: false })
  changeLife(step, { work: "rendering" })
  step.effects.push({ tag: "render", run: step.service.run })
}

/** Asks how the service is, unless it was asked already or has no check. */
export function keepChecking(step: Step): void {
  const { health, run } = step.service
  if (health.checking || health.scheduled || !hasHooks(step.service, "health-check")) return
  change(step, { health: { ...health, checking: true } })
  step.effects.push({ tag: "check-health", run })
}
