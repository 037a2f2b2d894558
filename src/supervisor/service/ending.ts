import type { RestartCause } from "./change-response.ts"
import { responseTo } from "./guards.ts"
import type { Reason, ServiceEvent } from "./messages.ts"
import { afterFailure, NO_FAILURES } from "./restart-policy.ts"
import { NEW_LIFE, type Service } from "./service.ts"
import type { Moment } from "./settings.ts"
import { change, changeLife, note, type Step, setState, startTimer } from "./step.ts"

/** How long after SIGKILL it is sent again, to what was forked meanwhile. */
const KILL_AGAIN_MS = 1_000

/** The same inputs fail to render again: not even a back-off of nothing tries at once. */
const RENDER_AGAIN_MS = 1_000

const REASON_OF = {
  package: "update",
  config: "config",
  init: "hook-changed",
  run: "hook-changed",
  "post-run": "hook-changed",
} as const satisfies Record<RestartCause, Reason>

/**
 * Somebody wants something: why, how long a stop may take, whether hooks may refuse. What is wanted up is given a fresh
 * chance, without the failures before.
 */
export function takeWish(step: Step): void {
  const { event } = step
  if (!("reason" in event)) return
  change(step, { reason: event.reason })
  if (event.tag === "restart") oweRestart(step)
  if (event.tag === "start" || event.tag === "restart") change(step, { backoff: NO_FAILURES, restarts: 0 })
  else {
    change(step, { bracket: "none" })
    if (event.timeoutMs !== undefined) changeLife(step, { stopTimeoutMs: event.timeoutMs })
  }
  const { state } = step.service
  if (state.tag === "leaving" && isForced(event)) setState(step, { ...state, force: true })
}

/** True for a wish that hooks cannot refuse (decisions 7). */
export function isForced(event: ServiceEvent): boolean {
  return ("force" in event && event.force === true) || ("reason" in event && event.reason === "shutdown")
}

/** The wish that was refused is wished again. */
export function wishAgain(step: Step): void {
  const { refused } = step.service
  if (refused === undefined) return
  const restarts = refused.next === "start" || refused.next === "retry"
  change(step, { reason: refused.reason, bracket: restarts ? "owed" : "none" })
}

/** What begins now is a restart: pre-restart comes first, post-restart last, once. At rest there is nothing to restart. */
export function oweRestart(step: Step): void {
  const { bracket, state } = step.service
  if (state.tag === "down" || state.tag === "blocked" || state.tag === "waiting") return
  const onItsWay = state.tag === "leaving" || state.tag === "stopping" || state.tag === "cleaning"
  if (!(onItsWay && bracket === "begun")) change(step, { bracket: "owed" })
}

/** A change restarts the service: the hooks are told which. */
export function restartForChange(step: Step): void {
  const { event, service } = step
  const response = responseTo(service, event)
  if (event.tag === "package-changed") return change(step, { reason: event.because ?? "update" })
  if (response.tag !== "restart") return change(step, { reason: "config" })
  note(step, { tag: "change-restarts", cause: response.cause })
  change(step, { reason: REASON_OF[response.cause] })
}

/** One more failure: how long the next start waits. */
export function countFailure(step: Step): void {
  const { event, service, instant } = step
  const { upSinceMs } = service.life
  const upForMs = upSinceMs === undefined ? 0 : instant.nowMs - upSinceMs
  const { backoff, delayMs } = afterFailure(service.settings.backoff, service.backoff, {
    upForMs,
    random: instant.random,
  })
  const retryInMs = event.tag === "render-failed" ? Math.max(delayMs, RENDER_AGAIN_MS) : delayMs
  change(step, { backoff, retryInMs, restarts: service.restarts + 1 })
  if (event.tag !== "process-exited" && event.tag !== "health-result") failedToStart(step, event)
}

function failedToStart(step: Step, event: ServiceEvent): void {
  if (event.tag === "render-failed" || event.tag === "start-failed") {
    note(step, { tag: event.tag, problem: event.problem })
    change(step, { problem: event.problem, reason: "init-failed" })
  }
  if (event.tag !== "hooks-done" || event.outcome.tag === "passed") return
  const { problem } = event.outcome
  note(step, { tag: "hooks-failed", moment: event.moment, problem })
  const again = event.moment === "pre-restart" ? { bracket: "owed" as const } : {}
  change(step, { problem, reason: "init-failed", ...again })
}

/** The process is gone: how it ended. */
export function recordEnd(step: Step): void {
  if (step.event.tag !== "process-exited") return
  const { status } = step.event
  note(step, { tag: "exited", status })
  change(step, { lastExit: status })
  changeLife(step, { pid: undefined })
}

/** A hook keeps the process (decisions 7). */
export function refuse(step: Step): void {
  const { event, service } = step
  if (service.state.tag !== "leaving" || event.tag !== "hooks-done" || event.outcome.tag === "passed") return
  const { moment, outcome } = event
  note(step, { tag: "refused", moment, problem: outcome.problem })
  const refused = { next: service.state.next, reason: service.reason, moment, problem: outcome.problem }
  change(step, { refused, bracket: "none" })
  changeLife(step, { stopTimeoutMs: undefined })
}

/** A failed post-exit keeps the service from restarting by itself, a failed post-stop from any start that is due. */
export function weighFailure(step: Step): void {
  const { event, service } = step
  const { state } = service
  if (event.tag !== "hooks-done" || event.outcome.tag === "passed" || state.tag !== "cleaning") return
  const { moment, outcome } = event
  note(step, { tag: "hooks-failed", moment, problem: outcome.problem })
  change(step, { problem: outcome.problem })
  if (isPrevented(service, moment)) setState(step, { ...state, next: "failed" })
}

function isPrevented({ state }: Service, moment: Moment): boolean {
  if (state.tag !== "cleaning" || state.next === "down" || state.next === "gone") return false
  return moment === "post-stop" || state.next === "retry"
}

/** Sends SIGKILL in a while, in place of any time named before. */
export function killAfter(step: Step, delayMs: number): void {
  const { state } = step.service
  if (state.tag !== "stopping") return
  setState(step, { ...state, killAtMs: step.instant.nowMs + delayMs })
  startTimer(step, "kill", delayMs)
}

/** The time to end by itself is over. */
export function kill(step: Step): void {
  const { state, run } = step.service
  if (state.tag !== "stopping") return
  if (!state.killing) note(step, { tag: "killed" })
  setState(step, { ...state, killing: true })
  step.effects.push({ tag: "kill", run })
  killAfter(step, KILL_AGAIN_MS)
}

/** Takes over what an earlier supervisor left. */
export function adoptRun(step: Step): void {
  const { event, instant } = step
  if (event.tag === "found-alive") {
    const { run, pid, upForMs, changes } = event
    const upSinceMs = instant.nowMs - upForMs
    const life = { ...NEW_LIFE, touched: true, initialized: true, pid, upSinceMs, owed: changes }
    change(step, { run, life, reason: "boot" })
    note(step, { tag: "reattached", pid })
  }
  if (event.tag === "found-leftovers") {
    change(step, { run: event.run, life: { ...NEW_LIFE, touched: true, initialized: event.initialized } })
  }
}
