/** A hook in JavaScript as its author wrote it. */
type Hook = (info: unknown, done: (error?: unknown) => void) => unknown

/**
 * Calls a hook and resolves when it is over (decisions 24): by its callback, or by the promise it returned, or at once
 * when it declares fewer than two parameters and returns none. Resolves with what it returned or its promise gave; rejects
 * with what it threw or handed to its callback. The first end counts; a second one is told to `warn`.
 */
export function callHook(hook: Hook, info: unknown, warn: (text: string) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let ended = false
    const endOnce = (end: () => void) => {
      if (ended) return warn("the hook called its callback again after it was over; that is ignored")
      ended = true
      end()
    }
    const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(String(error)))
    const returned = hook(info, (error) =>
      endOnce(error === undefined || error === null ? () => resolve(undefined) : () => fail(error)),
    )
    if (isPromise(returned)) {
      returned.then(
        (value) => ended || endOnce(() => resolve(value)),
        (error: unknown) => endOnce(() => fail(error ?? new Error("the hook rejected"))),
      )
    } else if (hook.length < 2 && !ended) endOnce(() => resolve(returned))
  })
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
}
