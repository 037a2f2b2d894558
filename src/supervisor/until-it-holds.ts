/** Who waits for something to hold: each looks again when it is called. */
export type Waiting = Set<() => void>

/** Resolves when `holds`; looked at now and whenever it is woken. Rejects with `givenUp` once `signal` is aborted. */
export function untilItHolds(
  waiting: Waiting,
  { signal, givenUp }: Readonly<{ signal: AbortSignal; givenUp: () => Error }>,
  holds: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      waiting.delete(look)
      signal.removeEventListener("abort", look)
      settle()
    }
    const look = () => {
      if (signal.aborted) finish(() => reject(givenUp()))
      else if (holds()) finish(resolve)
    }
    waiting.add(look)
    signal.addEventListener("abort", look)
    look()
  })
}
