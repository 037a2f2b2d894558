import type { Clock } from "../ports/clock.ts"
import { systemClock } from "./clock.ts"

/** Less than any line carries that somebody would wait for. */
const BYTES_PER_SECOND = 10

/**
 * How long to wait for another machine: `deadlineMs` for all of it, or `paceMs` for each part of it. The pace is kept while
 * ten bytes for each second of `paceMs` move within that time.
 */
export type Patience = Readonly<({ deadlineMs: number } | { paceMs: number }) & { signal?: AbortSignal | undefined }>

/** Over once `signal` aborts, with what went wrong as its reason. */
export type Watch = Readonly<{ signal: AbortSignal; moved: (bytes: number) => void; stop: () => void }>

/** Watches over an exchange until it is stopped; `signal` of the patience ends it too. */
export function watchOver(patience: Patience, clock: Clock = systemClock): Watch {
  const over = new AbortController()
  const end = (why: string) => over.abort(new Error(why))
  const { moved, stop } = "paceMs" in patience ? pace(patience.paceMs, clock, end) : deadline(patience, clock, end)
  const { signal } = patience
  return { signal: signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]), moved, stop }
}

type End = (why: string) => void

function deadline({ deadlineMs }: Readonly<{ deadlineMs: number }>, clock: Clock, end: End) {
  const stop = clock.schedule(deadlineMs, () => end(`no answer within ${deadlineMs} ms`))
  return { moved: () => undefined, stop }
}

function pace(paceMs: number, clock: Clock, end: End) {
  const seconds = paceMs / 1000
  const least = Math.max(1, BYTES_PER_SECOND * seconds)
  let bytes = 0
  const over = () =>
    end(bytes === 0 ? `nothing arrived for ${seconds} s` : `fewer than ${least} bytes moved in ${seconds} s`)
  let cancel = clock.schedule(paceMs, over)
  return {
    moved(more: number) {
      bytes += more
      if (bytes < least) return
      bytes = 0
      cancel()
      cancel = clock.schedule(paceMs, over)
    },
    stop: () => cancel(),
  }
}
