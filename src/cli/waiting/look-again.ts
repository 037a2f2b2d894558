import type { Report } from "../../base/progress.ts"
import { type Clock, wait } from "../../ports/clock.ts"

const LOOK_EVERY_MS = 50
/** After so long people wonder: we say what is waited for. */
const SILENT_MS = 2_000

/** What one look found: it is over, or this is still open. */
export type Look<Value, Open> = Readonly<{ tag: "over"; value: Value }> | Readonly<{ tag: "open"; open: Open }>

export type Patience<Open> = Readonly<{
  /** Absent: as long as it takes. */
  timeoutSec?: number | undefined
  /** What is thrown when the time is over. */
  late: (open: Open) => unknown
  /** What is thrown at Ctrl-C. */
  interrupted: () => unknown
  /** Told to who waits for long, and again whenever it is `about` something else. */
  note?: (open: Open) => Readonly<{ about: string; text: string }>
}>

/** What waiting takes of a command. */
type Waiting = Readonly<{ host: Readonly<{ clock: Clock }>; signal: AbortSignal; report: Report }>

/** Looks again and again until it is over. A look that throws ends it. */
export async function lookAgain<Value, Open>(
  { host: { clock }, signal, report }: Waiting,
  look: () => Promise<Look<Value, Open>>,
  { timeoutSec = Number.POSITIVE_INFINITY, late, interrupted, note }: Patience<Open>,
): Promise<Value> {
  const begunMs = clock.monotonicMs()
  let told: string | undefined
  for (;;) {
    const found = await look()
    if (found.tag === "over") return found.value
    const elapsedMs = clock.monotonicMs() - begunMs
    if (elapsedMs >= timeoutSec * 1000) throw await late(found.open)
    const news = elapsedMs < SILENT_MS ? undefined : note?.(found.open)
    if (news !== undefined && news.about !== told) report({ tag: "note", text: news.text })
    told = news?.about
    await wait(clock, LOOK_EVERY_MS, signal)
    if (signal.aborted) throw interrupted()
  }
}
