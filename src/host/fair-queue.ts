const TURN_MS = 4

type Machine = Readonly<{ nowMs: () => number; later: (run: () => void) => void }>

/**
 * Runs jobs in their order, a few milliseconds at a time, so that whatever else the process has to do gets its turn in
 * between however many jobs there are. Jobs must not throw.
 */
export function fairQueue(
  { nowMs, later }: Machine = { nowMs: () => performance.now(), later: setImmediate },
): (job: () => void) => void {
  const waiting: (() => void)[] = []
  let isPlanned = false
  const turn = () => {
    const untilMs = nowMs() + TURN_MS
    do waiting.shift()?.()
    while (waiting.length > 0 && nowMs() < untilMs)
    isPlanned = waiting.length > 0
    if (isPlanned) later(turn)
  }
  return (job) => {
    waiting.push(job)
    if (isPlanned) return
    isPlanned = true
    later(turn)
  }
}
