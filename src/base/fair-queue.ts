/** `later`: runs in a turn of its own, when everything else that waits has had one. */
export type Turns = Readonly<{ nowMs: () => number; later: (run: () => void) => void }>

export type FairQueueOptions = Readonly<{
  /** How long a turn may last; its last job ends all the same. */
  turnMs: number
  /** A job that comes alone runs at once, as part of the turn at hand. */
  startsAtOnce?: boolean
}>

/**
 * Runs jobs in their order, a few milliseconds at a time, so that whatever else the process has to do gets its turn in
 * between however many jobs there are. Jobs must not throw.
 */
export function fairQueue({ nowMs, later }: Turns, { turnMs, startsAtOnce = false }: FairQueueOptions) {
  const waiting: (() => void)[] = []
  /** When the turn at hand is over; undefined while none is planned. */
  let untilMs: number | undefined
  const turn = () => {
    untilMs = nowMs() + turnMs
    for (let job = waiting.shift(); job !== undefined; job = nowMs() < untilMs ? waiting.shift() : undefined) job()
    if (waiting.length > 0) later(turn)
    else untilMs = undefined
  }
  return (job: () => void): void => {
    if (untilMs === undefined) {
      untilMs = nowMs() + (startsAtOnce ? turnMs : 0)
      later(turn)
    }
    if (waiting.length === 0 && nowMs() < untilMs) job()
    else waiting.push(job)
  }
}
