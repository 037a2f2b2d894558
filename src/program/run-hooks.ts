import { HabError, messageOf } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import type { RetryPolicy } from "../hooks/declaration.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { FunctionTable } from "./declared-hooks.ts"
import { argsOf, type ResourceHappening, subjectOf } from "./event.ts"
import { type ProcessHookContext, runProcessHook } from "./process-hook.ts"
import type { ResourceHook } from "./resource.ts"

/** What hooks of resources are run with. */
export type HookRunning = ProcessHookContext &
  Readonly<{
    clock: Clock
    report: Report
    functions: FunctionTable
    signal: AbortSignal
  }>

/** How one run of a hook ended; `answer` is what it returned, or whether it exited with 0. */
export type HookEnd =
  | { readonly tag: "ended"; readonly answer: unknown }
  | { readonly tag: "failed"; readonly why: string }

/**
 * Runs the hooks of an event in their order; the first failure that is not ignored ends the list (spec lifecycle §C.1, 6).
 * In a dry run only those run that say so. Throws RESOURCE_HOOK_FAILED.
 */
export async function runHooks(
  running: HookRunning,
  hooks: readonly ResourceHook[],
  happening: ResourceHappening,
): Promise<void> {
  for (const hook of hooks) {
    if (happening.dryRun && hook.options.preview !== true) continue
    const end = await runUntilGood(running, hook, happening)
    if (end.tag === "ended") continue
    const text = describeFailure(hook, happening, end.why)
    if (hook.options.ignoreErrors !== true) throw hookFailed(text)
    running.report({ tag: "warning", text: `${text}; the failure is ignored` })
  }
}

/**
 * Asks every hook of on-error whether to try again; one yes is enough. Throws RESOURCE_HOOK_FAILED when one cannot answer.
 */
export async function askErrorHooks(
  running: HookRunning,
  hooks: readonly ResourceHook[],
  happening: ResourceHappening,
): Promise<boolean> {
  let again = false
  for (const hook of hooks) {
    const end = await runOnce(running, hook, happening, 1)
    if (end.tag === "failed") throw hookFailed(describeFailure(hook, happening, end.why))
    again ||= end.answer === true
  }
  return again
}

async function runUntilGood(running: HookRunning, hook: ResourceHook, happening: ResourceHappening): Promise<HookEnd> {
  const policy = hook.options.retry
  for (let attempt = 1; ; attempt += 1) {
    const end = await runOnce(running, hook, happening, attempt)
    if (end.tag === "ended" || policy === undefined || running.signal.aborted) return end
    if (policy.max > 0 && attempt > policy.max) return { tag: "failed", why: `${end.why}, after ${attempt} attempts` }
    const pauseMs = pauseOf(policy, attempt)
    const text = `${describeFailure(hook, happening, end.why)}; it runs again in ${pauseMs / 1000} s`
    running.report({ tag: "note", text })
    await wait(running.clock, pauseMs, running.signal)
  }
}

function pauseOf({ delayMs, backoff, delayMsMax }: RetryPolicy, attempt: number): number {
  const grown = backoff === "linear" ? delayMs * attempt : delayMs * backoff ** (attempt - 1)
  return Math.min(grown, delayMsMax)
}

async function runOnce(
  running: HookRunning,
  hook: ResourceHook,
  happening: ResourceHappening,
  attempt: number,
): Promise<HookEnd> {
  const { action } = hook
  if (action.kind !== "function") return runProcessHook(running, { ...hook, action }, happening, attempt)
  const found = running.functions.get(hook.name)
  if (typeof found !== "function") return { tag: "failed", why: `the program has no function '${hook.name}'` }
  return callFunction(running, found as (...args: unknown[]) => unknown, { hook, happening, attempt })
}

type Call = Readonly<{ hook: ResourceHook; happening: ResourceHappening; attempt: number }>

/** Calls a function; one with two parameters is given a callback. Its time over, it is told by its signal and left. */
async function callFunction(
  { clock, report, signal: outer }: HookRunning,
  run: (...args: unknown[]) => unknown,
  { hook, happening, attempt }: Call,
): Promise<HookEnd> {
  const timeoutMs = hook.options.timeoutMs ?? 0
  const over = new AbortController()
  const settled = new AbortController()
  const signal = AbortSignal.any([outer, over.signal])
  const source = `${subjectOf(happening).urn} hook[${hook.name}]`
  const log = (line: string) => report({ tag: "output", source, stream: "stdout", line })
  const called = call(run, { ...argsOf(happening, attempt), signal, log }).then(
    (answer): HookEnd => ({ tag: "ended", answer }),
    (error: unknown): HookEnd => ({ tag: "failed", why: messageOf(error) }),
  )
  const interrupted = new Promise<HookEnd>((resolve) => {
    const stop = () => resolve({ tag: "failed", why: "interrupted" })
    if (outer.aborted) stop()
    outer.addEventListener("abort", stop, { once: true, signal: settled.signal })
  })
  const overdue = async (): Promise<HookEnd> => {
    await wait(clock, timeoutMs, settled.signal)
    return { tag: "failed", why: `it took longer than ${timeoutMs / 1000} s` }
  }
  const end = await Promise.race([called, interrupted, ...(timeoutMs === 0 ? [] : [overdue()])])
  settled.abort()
  over.abort()
  return end
}

function call(run: (...args: unknown[]) => unknown, args: object): Promise<unknown> {
  if (run.length < 2) return new Promise((resolve) => resolve(run(args)))
  return new Promise((resolve, reject) => {
    const done = (error?: unknown) => (error ? reject(error) : resolve(undefined))
    const returned = run(args, done)
    if (returned instanceof Promise) returned.then(resolve, reject)
  })
}

function describeFailure(hook: ResourceHook, happening: ResourceHappening, why: string): string {
  return `${happening.event} of ${subjectOf(happening).urn}: hook '${hook.name}' failed: ${why}`
}

function hookFailed(text: string): HabError {
  return new HabError("RESOURCE_HOOK_FAILED", text)
}
