import {
  adoptRun,
  countFailure,
  kill,
  killAfter,
  oweRestart,
  recordEnd,
  refuse,
  restartForChange,
  takeWish,
  weighFailure,
  wishAgain,
} from "./ending.ts"
import { NO_FAILURES } from "./restart-policy.ts"
import {
  cancelList,
  checkAnew,
  nextList,
  noteDegraded,
  oweChanges,
  planCheck,
  reconfigure,
  runPostRestart,
  runPostStart,
  takeHealthAnswer,
  takePid,
  takeSettings,
} from "./running.ts"
import { change, changeLife, keepChecking, render, runHooks, type Step } from "./step.ts"

type Action = (step: Step) => unknown

const TABLE = {
  "take the wish": takeWish,
  "wish again": wishAgain,
  "owe a restart": oweRestart,
  "restart for the change": restartForChange,
  "forget failures": (step) => change(step, { backoff: NO_FAILURES, restarts: 0 }),
  "count a failure": countFailure,
  "record the end": recordEnd,
  "the end was its own": (step) => {
    change(step, { reason: "exit", problem: undefined })
    changeLife(step, { endedByItself: true })
  },
  "blame its health": (step) => change(step, { reason: "unhealthy" }),
  refuse,
  "forget the refusal": (step) => change(step, { refused: undefined }),
  "weigh the failure": weighFailure,
  "nothing is alive": (step) => changeLife(step, { touched: false }),
  kill,
  "name the timeout": (step) => killAfter(step, step.service.life.stopTimeoutMs ?? 0),
  "cancel the list": cancelList,
  "adopt the run": adoptRun,
  "binds are met": (step) => change(step, { bindsMet: true }),
  "binds are unmet": (step) => change(step, { bindsMet: false }),
  "take the settings": takeSettings,
  "keep the settings for the next run": (step) =>
    step.event.tag === "package-changed" && change(step, { upcoming: step.event.settings }),
  "remember the release": (step) => changeLife(step, { newRelease: true }),
  "remember the change": (step) => change(step, { stale: true }),
  render,
  "owe the changes": oweChanges,
  reconfigure,
  "end the reconfigure": (step) =>
    step.event.tag === "hooks-done" && step.event.moment === "reconfigure" && changeLife(step, { work: "idle" }),
  "take the pid": takePid,
  "next list": nextList,
  "run post-start": runPostStart,
  "run post-restart": runPostRestart,
  "run file-updated": (step) => runHooks(step, "file-updated", "watch"),
  "note degraded": noteDegraded,
  "check health": (step) => {
    change(step, { health: { ...step.service.health, scheduled: false } })
    keepChecking(step)
  },
  "check health anew": checkAnew,
  "take the answer": takeHealthAnswer,
  "plan the next check": planCheck,
  "drop the answer": (step) => change(step, { health: { ...step.service.health, checking: false } }),
} as const satisfies Record<string, Action>

export type ActionName = keyof typeof TABLE

/** What rows do before they lead on, by the words the table prints. */
export const ACTIONS: Readonly<Record<ActionName, Action>> = TABLE
