import type { Clock } from "../../src/ports/clock.ts"

type Timer = { at: number; order: number; run: () => void }

/** A clock moved by hand: `advance(ms)` runs what falls due, in order. */
export function fakeClock(startMs = 0): Clock & {
  advance(ms: number): void
  /** An operator sets the clock: time of day jumps, durations do not. */
  setBack(ms: number): void
} {
  let elapsed = 0
  let shift = 0
  let order = 0
  const timers = new Set<Timer>()
  const nextDue = (limit: number) =>
    [...timers].filter((timer) => timer.at <= limit).sort((a, b) => a.at - b.at || a.order - b.order)[0]
  return {
    now: () => startMs + elapsed + shift,
    monotonicMs: () => elapsed,
    schedule(delayMs, run) {
      const timer = { at: elapsed + Math.max(delayMs, 0), order: order++, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    setBack(ms) {
      shift -= ms
    },
    advance(ms) {
      const limit = elapsed + ms
      for (let timer = nextDue(limit); timer; timer = nextDue(limit)) {
        timers.delete(timer)
        elapsed = timer.at
        timer.run()
      }
      elapsed = limit
    },
  }
}
