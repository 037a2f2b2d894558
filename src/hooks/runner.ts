import { wait } from "../ports/clock.ts"
import { describeHookFailure } from "./answers.ts"
import type { RetryPolicy } from "./declaration.ts"
import type { HookIdentity, HookReport, HookWork } from "./execute.ts"
import type { EventRecord } from "./record.ts"
import { type HookContext, runHook } from "./run-hook.ts"

/** A hook in the list of its moment, ready to run. */
export type PlannedHook = Readonly<{
  hook: HookIdentity
  /** New for every attempt, counted from 1. */
  command: (attempt: number) => HookWork
  /** What it is told; also written to its `HAB_HOOK_FILE`. */
  record?: (attempt: number) => EventRecord
  /** 0: no deadline. */
  timeoutMs: number
  ignoreErrors: boolean
  retry?: RetryPolicy
  /** Runs together with the parallel hooks next to it. */
  parallel?: boolean
  /** What has to come before it runs; until then it waits, and can be cancelled. */
  ready?: (signal: AbortSignal) => Promise<void>
  /** Told when it succeeded, after however many attempts. */
  onSuccess?: () => void
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
  /** Host path of the directory its `HAB_HOOK_FILE` is written to. Default: none is. */
  records?: string
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

type RetryBeside = (planned: PlannedHook, policy: RetryPolicy, first: HookReport) => void

async function runInOrder(context: HookContext, task: ListTask, retryBeside: RetryBeside): Promise<ListOutcome> {
  for (const together of neighbours(task.hooks)) {
    const ends = await Promise.all(together.map((planned) => runFirst(context, task, planned, retryBeside)))
    const stop = ends.find(({ tag }) => tag !== "passed")
    if (stop !== undefined) return stop
  }
  return task.signal.aborted ? { tag: "cancelled" } : { tag: "passed" }
}

/** Parallel hooks that stand side by side; each of the others alone. */
function neighbours(hooks: readonly PlannedHook[]): PlannedHook[][] {
  const groups: PlannedHook[][] = []
  for (const hook of hooks) {
    const last = groups.at(-1)
    if (hook.parallel === true && last?.[0]?.parallel === true) last.push(hook)
    else groups.push([hook])
  }
  return groups
}

async function runFirst(
  context: HookContext,
  task: ListTask,
  planned: PlannedHook,
  retryBeside: RetryBeside,
): Promise<ListOutcome> {
  await planned.ready?.(task.signal)
  if (task.signal.aborted) return { tag: "cancelled" }
  const report = await attempt(context, task, planned, 1)
  const { tag } = report.outcome
  if (tag === "succeeded") return { tag: "passed" }
  if (tag === "cancelled") return { tag: "cancelled" }
  const problem = describeHookFailure(report)
  if (planned.retry !== undefined) retryBeside(planned, planned.retry, report)
  else if (planned.ignoreErrors) warn(context, task, `${problem}; the failure is ignored`)
  else return { tag, problem }
  return { tag: "passed" }
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
  const { speaker, logs, records, signal } = task
  task.onStart?.(planned)
  const report = await runHook(context, {
    hook,
    command: planned.command(count),
    timeoutMs,
    speaker,
    logs,
    signal,
    ...(records === undefined ? {} : { records }),
    ...(planned.record === undefined ? {} : { record: planned.record(count) }),
  })
  if (report.outcome.tag === "succeeded") planned.onSuccess?.()
  task.onReport?.(report)
  return report
}

function warn(context: HookContext, task: ListTask, text: string): void {
  context.report({ tag: "warning", text: `${task.speaker}(HK): ${text}` })
}
