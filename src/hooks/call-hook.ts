/** A hook in JavaScript as its author wrote it. */
type Hook = (info: unknown, done: (error?: unknown) => void) => unknown

/**
 * Calls a hook and resolves when it is over (decisions 24): by its callback, or by the promise it returned, or at once
 * when it declares fewer than two parameters and returns none. Rejects with what it threw or handed to its callback;
 * `false` returned is a no. The first end counts; a second one is told to `warn`.
 */
export function callHook(hook: Hook, info: unknown, warn: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let ended = false
    const end = (error?: unknown) => {
      if (ended) return warn("the hook called its callback again after it was over; that is ignored")
      ended = true
      if (error === undefined || error === null) resolve()
      else reject(error instanceof Error ? error : new Error(String(error)))
    }
    const returned = hook(info, end)
    if (isPromise(returned)) {
      returned.then(
        (value) => {
          if (!ended) end(value === false ? new Error("the hook answered no") : undefined)
        },
        (error: unknown) => end(error ?? new Error("the hook rejected")),
      )
    } else if (hook.length < 2 && !ended) end(returned === false ? new Error("the hook answered no") : undefined)
  })
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
}
