import { HabError, messageOf } from "../base/errors.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { LifecycleContext, LifecycleFunction } from "./api.ts"

/** What running functions of a program takes. */
export type LifecycleContextOf = Readonly<{ clock: Clock; print: (line: string) => void }>

/** A function with the name it is spoken of by. */
export type NamedFunction = Readonly<{ name: string; run: LifecycleFunction }>

/**
 * Runs the functions of onRun one after another (decisions 26). Throws PROGRAM_START_FAILED with the first that fails, or
 * when the signal is aborted; then the others do not run.
 */
export async function runStartFunctions(
  { print }: LifecycleContextOf,
  functions: readonly NamedFunction[],
  signal: AbortSignal,
): Promise<void> {
  const context = contextOf({ event: "pre-start", reason: "boot", signal, log: print })
  for (const { name, run } of functions) {
    const failure = await Promise.race([failureOf(run, context), interruption(signal)])
    if (signal.aborted) throw new HabError("PROGRAM_START_FAILED", `interrupted in ${name}; nothing was started`)
    if (failure === undefined) continue
    throw new HabError("PROGRAM_START_FAILED", `${name} failed: ${messageOf(failure.error)}; nothing was started`, {
      cause: failure.error,
    })
  }
}

/**
 * Runs the functions of onShutdown all at once and waits for them, `exitWaitMs` at most or until `hurry` is aborted: then
 * each that still runs is named, told by its signal, and left. What they throw is printed.
 */
export async function runShutdownFunctions(
  { clock, print }: LifecycleContextOf,
  functions: readonly NamedFunction[],
  { exitWaitMs, hurry }: Readonly<{ exitWaitMs: number; hurry: AbortSignal }>,
): Promise<void> {
  if (functions.length === 0) return
  print(`Begin graceful shutdown, wait at most ${exitWaitMs / 1000} s for ${count(functions.length)} of onShutdown`)
  const over = new AbortController()
  const settled = new AbortController()
  const context = contextOf({ event: "pre-stop", reason: "shutdown", signal: over.signal, log: print })
  const running = new Set(functions)
  const all = Promise.all(
    functions.map(async (one) => {
      const failure = await failureOf(one.run, context)
      running.delete(one)
      if (failure !== undefined && !over.signal.aborted) print(`${one.name} failed: ${messageOf(failure.error)}`)
    }),
  )
  const limit = wait(clock, exitWaitMs, AbortSignal.any([settled.signal, hurry]))
  await Promise.race([all, limit])
  settled.abort()
  for (const { name } of running) print(`${name} is ended: it did not finish within ${exitWaitMs / 1000} s (timeout)`)
  if (running.size === 0) print("Every function of onShutdown has finished")
  over.abort()
}

function contextOf(context: LifecycleContext): LifecycleContext {
  return Object.freeze(context)
}

/** Undefined when it succeeded. What it throws may itself be undefined. */
async function failureOf(run: LifecycleFunction, context: LifecycleContext): Promise<{ error: unknown } | undefined> {
  try {
    await run(context)
    return undefined
  } catch (error) {
    return { error }
  }
}

function interruption(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    signal.addEventListener("abort", () => resolve(undefined), { once: true })
  })
}

function count(functions: number): string {
  return functions === 1 ? "one function" : `${functions} functions`
}
