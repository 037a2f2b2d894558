import { isForced, killAfter } from "./ending.ts"
import { HEALTH_BEFORE_CHECKS } from "./health.ts"
import { type Moments, NEW_LIFE, type Next, type State } from "./service.ts"
import {
  cancelTimer,
  change,
  changeLife,
  keepChecking,
  note,
  render,
  runHooks,
  type Step,
  setState,
  skipEmpty,
  startTimer,
} from "./step.ts"

/** Where a row leads: a state, or what a name below decides. */
export type Target =
  /** A new run, or blocked while strict binds are unmet. */
  | "begin"
  | "rendering"
  | "initializing"
  | "refreshing"
  | "starting"
  | "up"
  | "leaving"
  | "stopping"
  | "cleaning"
  /** Where the run was to go when nothing of it is alive. */
  | "next"
  | "detached"

/** Enters a state: what has to be done at its beginning, on through states whose lists are empty. */
export function enter(step: Step, target: Target, next: Next): void {
  leave(step)
  ENTRIES[target](step, next)
}

const ENTRIES: Readonly<Record<Target, (step: Step, next: Next) => void>> = {
  begin,
  rendering: enterRendering,
  initializing: enterInitializing,
  refreshing: enterRefreshing,
  starting: enterStarting,
  up: enterUp,
  leaving: enterLeaving,
  stopping: enterStopping,
  cleaning: enterCleaning,
  next: settle,
  detached: (step) => setState(step, { tag: "detached" }),
}

/** Timers belong to their state and end with it. */
function leave(step: Step): void {
  const { state, health } = step.service
  if (state.tag === "stopping") cancelTimer(step, "kill")
  if (state.tag === "waiting" && step.event.tag !== "retry-timer") cancelTimer(step, "retry")
  if (state.tag === "up" && health.scheduled) {
    cancelTimer(step, "health")
    change(step, { health: { ...health, scheduled: false } })
  }
}

function begin(step: Step): void {
  const { service } = step
  if (!service.bindsMet) {
    setState(step, { tag: "blocked" })
    note(step, { tag: "waiting-for-binds" })
    return
  }
  change(step, {
    run: service.run + 1,
    life: NEW_LIFE,
    health: HEALTH_BEFORE_CHECKS,
    settings: service.upcoming ?? service.settings,
    upcoming: undefined,
    refused: undefined,
  })
  const restarts = service.bracket === "owed"
  if (restarts) change(step, { bracket: "begun" })
  const moments: Moments = restarts ? ["pre-restart", "install"] : ["install"]
  runLists(step, moments, { state: (rest) => ({ tag: "preparing", moments: rest }), onward: enterRendering })
}

/** Runs the first list that holds hooks; with none, the state passes in the same step. */
function runLists(
  step: Step,
  moments: Moments,
  { state, onward }: Readonly<{ state: (rest: Moments) => State; onward: (step: Step) => void }>,
): void {
  const rest = skipEmpty(step.service, moments)
  const [first] = rest
  if (first === undefined) return onward(step)
  setState(step, state(rest))
  runHooks(step, first)
}

function enterRendering(step: Step): void {
  setState(step, { tag: "rendering" })
  render(step)
}

function enterInitializing(step: Step): void {
  note(step, { tag: "initializing" })
  changeLife(step, { initialized: true })
  runLists(step, ["pre-start"], { state: (moments) => ({ tag: "initializing", moments }), onward: enterStarting })
}

function enterRefreshing(step: Step): void {
  setState(step, { tag: "refreshing" })
  render(step)
}

function enterStarting(step: Step): void {
  setState(step, { tag: "starting" })
  changeLife(step, { touched: true, work: "idle" })
  step.effects.push({ tag: "start-process", run: step.service.run })
}

function enterUp(step: Step): void {
  setState(step, { tag: "up" })
  if (step.service.stale && step.service.life.work === "idle") render(step)
  keepChecking(step)
}

function enterLeaving(step: Step, next: Next): void {
  const { state, bracket } = step.service
  const force = (state.tag === "leaving" && state.force) || isForced(step.event)
  const restarts = bracket === "owed" && (next === "start" || next === "retry")
  change(step, { refused: undefined, ...(restarts ? { bracket: "begun" as const } : {}) })
  runLists(step, restarts ? ["pre-restart", "pre-stop"] : ["pre-stop"], {
    state: (moments) => ({ tag: "leaving", next, moments, force }),
    onward: () => enterStopping(step, next),
  })
}

function enterStopping(step: Step, next: Next): void {
  change(step, { refused: undefined })
  const { run, life, settings } = step.service
  if (!life.touched) return settle(step, next)
  setState(step, { tag: "stopping", next, killing: false, killAtMs: 0 })
  step.effects.push({ tag: "terminate", run, signal: settings.shutdownSignal })
  killAfter(step, life.stopTimeoutMs ?? settings.shutdownTimeoutMs)
}

/** Nothing is alive. What post-stop leaves behind is swept by stopping once more. */
function enterCleaning(step: Step, next: Next): void {
  const moments: Moments = step.service.life.endedByItself ? ["post-exit", "post-stop"] : ["post-stop"]
  changeLife(step, { initialized: false })
  runLists(step, moments, {
    state: (rest) => ({ tag: "cleaning", next, moments: rest }),
    onward: () => enterStopping(step, next),
  })
}

function settle(step: Step, next: Next): void {
  switch (next) {
    case "start":
      return begin(step)
    case "retry":
      return retry(step)
    case "gone":
      setState(step, { tag: "gone" })
      step.effects.push({ tag: "forget", run: step.service.run })
      return
    case "down":
      return rest(step, "stopped")
    case "finished":
    case "failed":
      return rest(step, next)
  }
}

function rest(step: Step, why: "stopped" | "finished" | "failed"): void {
  setState(step, { tag: "down", why })
  change(step, { bracket: "none" })
}

/** What changed while the run ended ends the wait before it begins (decisions 5). */
function retry(step: Step): void {
  const { stale, retryInMs } = step.service
  const delayMs = stale ? 0 : retryInMs
  note(step, { tag: "restart-in", delayMs })
  if (delayMs === 0) return begin(step)
  setState(step, { tag: "waiting", untilMs: step.instant.nowMs + delayMs })
  startTimer(step, "retry", delayMs)
}
