import { wait } from "../ports/clock.ts"
import type { GroupCommand } from "../ports/process-group.ts"
import type { RetryPolicy } from "./aliases.ts"
import { describeHookFailure } from "./answers.ts"
import type { HookIdentity, HookReport } from "./execute.ts"
import { type HookContext, runHook } from "./run-hook.ts"

/** A hook in the list of its moment, ready to run. */
export type PlannedHook = Readonly<{
  hook: HookIdentity
  /** A new command for every attempt, counted from 1. */
  command: (attempt: number) => GroupCommand
  /** 0: no deadline. */
  timeoutMs: number
  ignoreErrors: boolean
  retry?: RetryPolicy
}>

/** How a list ended; ignored failures count as success. `problem` is one sentence. */
export type ListOutcome =
  | { readonly tag: "passed" }
  | { readonly tag: "failed" | "timed-out"; readonly problem: string }
  | { readonly tag: "cancelled" }

export type ListTask = Readonly<{
  hooks: readonly PlannedHook[]
  /** Printed in front of each line: `redis.default`. */
  speaker: string
  /** Host path of the service's `logs`. */
  logs: string
  /** Ends the running hook, the rest of the list and all retries. */
  signal: AbortSignal
  /** Told when an attempt begins. */
  onStart?: (planned: PlannedHook) => void
  /** Told of every finished attempt: the journal. */
  onReport?: (report: HookReport) => void
}>

/** A list on its way. `retries` resolves when no retry runs beside it any more: which hooks never succeeded. */
export type ListRun = Readonly<{
  outcome: Promise<ListOutcome>
  retries: Promise<readonly HookIdentity[]>
}>

/**
 * Runs the hooks of a moment in order and stops at the first failure that is not ignored. A hook with a retry policy
 * gives way after its first attempt: the list goes on and its retries run beside (decisions 9).
 */
export function runHookList(context: HookContext, task: ListTask): ListRun {
  const retries: Promise<HookIdentity | undefined>[] = []
  const outcome = runInOrder(context, task, (...failed) => retries.push(retry(context, task, ...failed)))
  const settled = outcome.then(() => Promise.all(retries))
  return { outcome, retries: settled.then((left) => left.filter((hook) => hook !== undefined)) }
}

async function runInOrder(
  context: HookContext,
  task: ListTask,
  retryBeside: (planned: PlannedHook, policy: RetryPolicy, first: HookReport) => void,
): Promise<ListOutcome> {
  for (const planned of task.hooks) {
    if (task.signal.aborted) return { tag: "cancelled" }
    const report = await attempt(context, task, planned, 1)
    const { tag } = report.outcome
    if (tag === "succeeded") continue
    if (tag === "cancelled") return { tag: "cancelled" }
    const problem = describeHookFailure(report)
    if (planned.retry !== undefined) retryBeside(planned, planned.retry, report)
    else if (planned.ignoreErrors) warn(context, task, `${problem}; the failure is ignored`)
    else return { tag, problem }
  }
  return task.signal.aborted ? { tag: "cancelled" } : { tag: "passed" }
}

/** Tries again after growing pauses until it succeeds. Resolves with the hook when it gave up or was cancelled. */
async function retry(
  context: HookContext,
  task: ListTask,
  planned: PlannedHook,
  { max, delayMs, backoff, delayMsMax }: RetryPolicy,
  first: HookReport,
): Promise<HookIdentity | undefined> {
  let report = first
  for (let retries = 1; max === 0 || retries <= max; retries += 1) {
    const grown = backoff === "linear" ? delayMs * retries : delayMs * backoff ** (retries - 1)
    const pauseMs = Math.min(grown, delayMsMax)
    warn(context, task, `${describeHookFailure(report)}; it runs again in ${pauseMs / 1000} s`)
    await wait(context.clock, pauseMs, task.signal)
    if (task.signal.aborted) return planned.hook
    report = await attempt(context, task, planned, retries + 1)
    if (report.outcome.tag === "succeeded") return undefined
    if (report.outcome.tag === "cancelled") return planned.hook
  }
  warn(context, task, `${describeHookFailure(report)}; it is given up after ${max + 1} attempts`)
  return planned.hook
}

async function attempt(context: HookContext, task: ListTask, planned: PlannedHook, count: number): Promise<HookReport> {
  const { hook, timeoutMs } = planned
  const { speaker, logs, signal } = task
  task.onStart?.(planned)
  const report = await runHook(context, { hook, command: planned.command(count), timeoutMs, speaker, logs, signal })
  task.onReport?.(report)
  return report
}

function warn(context: HookContext, task: ListTask, text: string): void {
  context.report({ tag: "warning", text: `${task.speaker}(HK): ${text}` })
}
