/** Time as a value. Only the host reads the real clock; simulations and unit tests move a fake one by hand. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. May jump when an operator sets the clock. */
  now(): number
  /** Milliseconds that never go back: the only base for durations and deadlines. */
  monotonicMs(): number
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, run: () => void): () => void
}

/** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects. */
export function wait(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = () => {
      cancel()
      signal?.removeEventListener("abort", finish)
      resolve()
    }
    const cancel = clock.schedule(delayMs, finish)
    signal?.addEventListener("abort", finish, { once: true })
  })
}
