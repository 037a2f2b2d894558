import { mergeChanges, NO_CHANGES } from "./change-response.ts"
import { momentsOf } from "./guards.ts"
import { pauseAfterCheck, takeAnswer } from "./health.ts"
import {
  cancelTimer,
  change,
  changeLife,
  hasHooks,
  keepChecking,
  note,
  runHooks,
  type Step,
  setState,
  skipEmpty,
  startTimer,
} from "./step.ts"

/** Goes on to the next list of the state that holds hooks. */
export function nextList(step: Step): void {
  const { state } = step.service
  const rest = skipEmpty(step.service, momentsOf(step.service).slice(1))
  const [first] = rest
  if (first === undefined || !("moments" in state)) return
  setState(step, { ...state, moments: rest })
  runHooks(step, first)
}

/** Ends the hooks that the state waits for. */
export function cancelList(step: Step): void {
  const [moment] = momentsOf(step.service)
  if (moment !== undefined) step.effects.push({ tag: "cancel-hooks", run: step.service.run, moment })
}

/** The process is there, with the newest text: nothing is owed and nothing wrong is known. */
export function takePid(step: Step): void {
  const { event, instant } = step
  if (event.tag !== "process-started") return
  change(step, { problem: undefined })
  changeLife(step, { pid: event.pid, upSinceMs: instant.nowMs, owed: NO_CHANGES })
}

/** Runs post-start beside the process; with none, the restart that may be going on is over. */
export function runPostStart(step: Step): void {
  if (!runHooks(step, "post-start")) runPostRestart(step)
}

/** Closes a restart: the last thing in it. */
export function runPostRestart(step: Step): void {
  if (step.service.bracket !== "begun") return
  change(step, { bracket: "none" })
  runHooks(step, "post-restart")
}

/** Remembers what was rendered until it is acted on. */
export function oweChanges(step: Step): void {
  const { event, service } = step
  const changes = event.tag === "rendered" ? event.changes : NO_CHANGES
  if (event.tag === "render-failed") note(step, { tag: "render-failed", problem: event.problem })
  change(step, { problem: event.tag === "render-failed" ? event.problem : undefined })
  changeLife(step, { owed: mergeChanges(service.life.owed, changes), work: "idle" })
}

/** Runs the hook that takes the changed config in place of a restart. */
export function reconfigure(step: Step): void {
  change(step, { reason: "config" })
  changeLife(step, { owed: NO_CHANGES, work: "reconfiguring" })
  runHooks(step, "reconfigure")
}

/** A hook that only degrades the service failed. */
export function noteDegraded(step: Step): void {
  const { event } = step
  if (event.tag !== "hooks-done" || event.outcome.tag === "passed") return
  note(step, { tag: "hooks-failed", moment: event.moment, problem: event.outcome.problem })
  changeLife(step, { degraded: event.outcome.problem })
}

/** Takes options that are in force at once; checks begin or end with their hook. */
export function takeSettings(step: Step): void {
  if (step.event.tag !== "settings-changed") return
  const { settings, upcoming } = step.event
  change(step, { settings, upcoming: step.service.upcoming && (upcoming ?? step.service.upcoming) })
  const { health, state } = step.service
  if (state.tag !== "up") return
  if (hasHooks(step.service, "health-check")) return keepChecking(step)
  if (health.scheduled) cancelTimer(step, "health")
  change(step, { health: { ...health, scheduled: false } })
}

/** Begins the loop of checks again, with a check now (spec supervisor §3). */
export function checkAnew(step: Step): void {
  const { health } = step.service
  if (health.scheduled) cancelTimer(step, "health")
  change(step, { health: { ...health, scheduled: false, firstOkSeen: false, again: health.checking } })
  keepChecking(step)
}

/** Takes the answer of a check and tells the hooks of a turn. */
export function takeHealthAnswer(step: Step): void {
  const { event, service } = step
  if (event.tag !== "health-result") return
  const { health, turn } = takeAnswer(service.health, event.answer, service.settings)
  change(step, { health })
  if (turn === "post-unhealthy") {
    note(step, { tag: "unhealthy", failures: health.failures })
    runHooks(step, turn, "unhealthy")
  }
  if (turn === "post-healthy") runHooks(step, turn)
}

/** Plans the next check after an answer, or asks again at once when the answer came too late to count. */
export function planCheck(step: Step): void {
  const { event, service, instant } = step
  const { health, settings } = service
  if (event.tag !== "health-result" || !hasHooks(service, "health-check")) return
  if (health.again) return checkAnew(step)
  const hasteMs = settings.healthBackoff ? health.hasteMs : 0
  const { firstOkSeen } = health
  const facts = { firstOkSeen, intervalMs: settings.healthIntervalMs, random: instant.random, hasteMs }
  const seen = { firstOkSeen: firstOkSeen || event.answer === "ok", hasteMs: hasteMs * 2 }
  change(step, { health: { ...health, ...seen, scheduled: true } })
  startTimer(step, "health", pauseAfterCheck(event.answer, facts))
}
