import { Buffer } from "node:buffer"
import type { FileSystem } from "../../ports/file-system.ts"
import type { GrowingFile, GrowingFiles } from "../../ports/growing-file.ts"
import { timesPath } from "./log-names.ts"
import type { LogSource } from "./log-source.ts"
import { offsetSince, parseMarks, type TimeMark, timesOf } from "./log-times.ts"
import { endOfLines, type LogPart, openParts, startOfLast } from "./open-log.ts"

const LINE_FEED = 0x0a
const CHUNK_BYTES = 64 * 1024

export type LogPorts = Readonly<{ files: Pick<FileSystem, "readTextIfPresent">; growingFiles: GrowingFiles }>

/** How far back: the last so many lines of each log, and nothing written before. Absent: everything. */
export type HowFar = Readonly<{ lines?: number; sinceMs?: number }>

/** A line that was logged; `ms`: when, to the second. */
export type LoggedLine = Readonly<{ source: LogSource; text: string; ms: number }>

/** Where the history of a log ended: its newest file, open, and how far it was read. */
export type LogEnd = Readonly<{ file: GrowingFile; offset: number }>

/** `end`: for who goes on from there; the file is then theirs to close. */
export type LogHistory = Readonly<{ lines: Iterable<LoggedLine>; end: LogEnd | undefined }>

/**
 * What a log holds, the oldest first; files are read as lines are taken. `toBeFollowed`: a line that is not finished yet
 * is left for later.
 */
export function logHistory(ports: LogPorts, source: LogSource, howFar: HowFar, toBeFollowed: boolean): LogHistory {
  const parts = openParts(ports.growingFiles, source.path)
  const newest = parts.at(-1)
  const sizes = new Map(parts.map((part) => [part, part.file.size()]))
  if (newest !== undefined && toBeFollowed) sizes.set(newest, endOfLines(newest.file, newest.file.size()))
  const spans = spansOf(ports, parts, sizes, howFar)
  const kept = toBeFollowed ? newest : undefined
  return {
    lines: linesOf(source, spans, () => {
      for (const part of parts) if (part !== kept) part.file.close()
    }),
    end: kept === undefined ? undefined : { file: kept.file, offset: sizes.get(kept) ?? 0 },
  }
}

type Span = Readonly<{ part: LogPart; from: number; to: number; marks: readonly TimeMark[] }>

/** What of each file is wanted, decided from the newest back. */
function spansOf(
  { files }: LogPorts,
  parts: readonly LogPart[],
  sizes: ReadonlyMap<LogPart, number>,
  { lines, sinceMs }: HowFar,
): Span[] {
  const spans: Span[] = []
  let wanted = lines ?? Number.POSITIVE_INFINITY
  for (const part of [...parts].reverse()) {
    const to = sizes.get(part) ?? 0
    const marks = parseMarks(files.readTextIfPresent(timesPath(part.path)) ?? "")
    const since = sinceMs === undefined ? 0 : offsetSince(marks, sinceMs, part.file.modifiedMs)
    if (since === undefined || wanted <= 0) break
    const last = Number.isFinite(wanted) ? startOfLast(part.file, to, wanted) : { offset: 0, lines: 0 }
    wanted -= last.lines
    spans.unshift({ part, from: Math.max(since, last.offset), to, marks })
    if (since > 0) break
  }
  return spans
}

function* linesOf(source: LogSource, spans: readonly Span[], done: () => void): Generator<LoggedLine> {
  try {
    for (const { part, from, to, marks } of spans) {
      const timeAt = timesOf(marks, part.file.modifiedMs)
      for (const [offset, bytes] of splitLines(part.file, from, to)) {
        yield { source, text: bytes.toString("utf8"), ms: timeAt(offset) }
      }
    }
  } finally {
    done()
  }
}

function* splitLines(file: GrowingFile, from: number, to: number): Generator<readonly [number, Buffer]> {
  let held = Buffer.alloc(0)
  let start = from
  for (let offset = from; offset < to; ) {
    const bytes = file.read(offset, Math.min(CHUNK_BYTES, to - offset))
    if (bytes.length === 0) break
    offset += bytes.length
    let rest = Buffer.concat([held, bytes])
    for (let feed = rest.indexOf(LINE_FEED); feed >= 0; feed = rest.indexOf(LINE_FEED)) {
      yield [start, rest.subarray(0, feed)]
      start += feed + 1
      rest = rest.subarray(feed + 1)
    }
    held = rest
  }
  if (held.length > 0) yield [start, held]
}

/** The lines of several logs by their times; lines of one log keep their order. */
export function* inOrder(logs: readonly Iterable<LoggedLine>[]): Generator<LoggedLine> {
  const open = logs.map((log) => log[Symbol.iterator]()).map((lines) => ({ lines, next: lines.next() }))
  for (;;) {
    const waiting = open.filter(({ next }) => next.done !== true)
    const [first] = waiting
    if (first === undefined) return
    const earliest = waiting.reduce((best, one) => (one.next.value.ms < best.next.value.ms ? one : best), first)
    yield earliest.next.value
    earliest.next = earliest.lines.next()
  }
}

/** The last `count` of them; all without a count. */
export function lastOf(lines: Iterable<LoggedLine>, count: number | undefined): Iterable<LoggedLine> {
  if (count === undefined) return lines
  const kept: LoggedLine[] = []
  for (const line of lines) {
    kept.push(line)
    if (kept.length > 2 * count) kept.splice(0, count)
  }
  return count === 0 ? [] : kept.slice(-count)
}
