import { clearTimeout, setTimeout } from "node:timers"
import type { Clock } from "../ports/clock.ts"

const TIMER_MAX_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs,
  schedule(delayMs, run) {
    // A larger delay would overflow Node's timer and fire at once.
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), TIMER_MAX_MS))
    return () => clearTimeout(timer)
  },
}

/** From a call that is there: the first look at `performance` loads it, which takes a millisecond. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
