/**
 * One event at a time: what arrives while one is worked on waits its turn, so that nothing is decided in the middle of
 * a decision. `take` must not throw.
 */
export function createInbox<E>(take: (event: E) => void): Readonly<{ post(event: E): void }> {
  const waiting: E[] = []
  let busy = false
  return {
    post(event) {
      waiting.push(event)
      if (busy) return
      busy = true
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) take(next)
      busy = false
    },
  }
}
