import type { EventName } from "./events.ts"
import type { HookOutcome, HookReport } from "./execute.ts"

const JOURNAL_RUNS_MAX = 10

/** One finished run of a hook. */
export type JournalEntry = Readonly<{
  /** When it ended, milliseconds since the epoch. */
  atMs: number
  event: EventName
  hook: string
  outcome: HookOutcome
  elapsedMs: number
}>

/** The last ten hook runs of a service, oldest first (spec lifecycle §C.9, 7). */
export type Journal = readonly JournalEntry[]

/** The journal with one more run in it, the oldest forgotten. */
export function remember(journal: Journal, report: HookReport, atMs: number): Journal {
  const { event, hook, outcome, elapsedMs } = report
  return [...journal, { atMs, event, hook, outcome, elapsedMs }].slice(-JOURNAL_RUNS_MAX)
}
