/** What stands from `offset` on in a log was written at `ms` or later. */
export type TimeMark = Readonly<{ offset: number; ms: number }>

/** How far apart marks are: times in logs are known to the second. */
export const MARK_EVERY_MS = 1_000

/** One line of a times file. */
export function printMark({ offset, ms }: TimeMark): string {
  return `${offset} ${ms}\n`
}

/** The marks in a times file, in its order; lines that are no marks, such as half a one, are passed over. */
export function parseMarks(text: string): TimeMark[] {
  return text.split("\n").flatMap((line) => {
    const [, offset, ms] = /^(\d+) (\d+)$/.exec(line) ?? []
    return offset === undefined ? [] : [{ offset: Number(offset), ms: Number(ms) }]
  })
}

/** A function that tells when what stands at an offset was written. Offsets must be asked for in ascending order. */
export function timesOf(marks: readonly TimeMark[], otherwiseMs: number): (offset: number) => number {
  let at = -1
  return (offset) => {
    while (at + 1 < marks.length && (marks[at + 1]?.offset ?? 0) <= offset) at += 1
    return marks[at]?.ms ?? marks[0]?.ms ?? otherwiseMs
  }
}

/** Where what was written at `sinceMs` or later begins; undefined when nothing of it is. */
export function offsetSince(marks: readonly TimeMark[], sinceMs: number, modifiedMs: number): number | undefined {
  if (marks.length === 0) return modifiedMs >= sinceMs ? 0 : undefined
  // A clock that was set back makes marks go back: the first later one is where we begin.
  const first = marks.findIndex(({ ms }) => ms + MARK_EVERY_MS > sinceMs)
  if (first < 0) return undefined
  return first === 0 ? 0 : marks[first]?.offset
}
