import { HabError, isSystemError, messageOf } from "../base/errors.ts"
import type { ResourceHappening } from "./event.ts"
import { hooksOf, type ResourceHook } from "./resource.ts"
import { askErrorHooks, type HookRunning } from "./run-hooks.ts"

/** How often an operation is tried again at most (decisions 29). */
export const RETRIES_MAX = 100

/**
 * Does something, and again while its resource's error hooks ask for it, at most 100 times more. Throws what the last
 * attempt threw, what an error hook threw, and APPLY_RETRIES_EXHAUSTED.
 */
export async function attemptAction<T>(
  running: HookRunning,
  hooks: readonly ResourceHook[],
  happening: Omit<ResourceHappening, "event" | "errors">,
  act: (attempt: number) => Promise<T>,
): Promise<T> {
  const errorHooks = hooksOf({ hooks }, "on-error")
  const errors: string[] = []
  for (let attempt = 1; ; attempt += 1) {
    let failure: unknown
    try {
      return await act(attempt)
    } catch (error) {
      failure = error
    }
    if (!isFailure(failure) || errorHooks.length === 0 || running.signal.aborted) throw failure
    errors.unshift(messageOf(failure))
    if (attempt > RETRIES_MAX) throw exhausted(errors)
    const again = await askErrorHooks(running, errorHooks, { ...happening, event: "on-error", errors: [...errors] })
    if (!again) throw failure
    running.report({
      tag: "warning",
      text: `${errors[0]}; trying again (${attempt} of at most ${RETRIES_MAX} retries)`,
    })
  }
}

/** True for what an operation may fail with; anything else is a bug, or our own end. */
export function isFailure(error: unknown): error is Error {
  return error instanceof HabError || isSystemError(error)
}

function exhausted(errors: readonly string[]): HabError {
  return new HabError("APPLY_RETRIES_EXHAUSTED", `it failed after ${RETRIES_MAX} retries: ${errors[0]}`, {
    hint: "the error hooks asked for more; nothing is tried more often than that",
  })
}
