import { clearTimeout, setTimeout } from "node:timers"
import type { Clock } from "../ports/clock.ts"

const TIMER_MAX_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, run) {
    // A larger delay would overflow Node's timer and fire at once.
    const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), TIMER_MAX_MS))
    return () => clearTimeout(timer)
  },
}
