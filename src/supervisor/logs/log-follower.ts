import { Buffer } from "node:buffer"
import type { GrowingFile, GrowingFiles } from "../../ports/growing-file.ts"
import type { LogEnd } from "./log-history.ts"
import type { LogSource } from "./log-source.ts"
import { openParts, readBetween, startOfLast } from "./open-log.ts"

const LINE_FEED = 0x0a
/** Who is further behind than this goes on near the end (decisions E). */
const BEHIND_BYTES_MAX = 8 * 1024 * 1024
const LINES_KEPT = 1_000
/** An unfinished line is shown when it is longer. */
const LINE_BYTES_MAX = 64 * 1024

/** Follows one log over rotations and replacements. */
export type LogFollower = Readonly<{
  source: LogSource
  /** Hands over the whole lines that came since the last look, many in one text without the last line feed. */
  look(show: (lines: string) => void): void
  close(): void
}>

/** Goes on at `end`; without one, from the beginning of the log, which may not exist yet. */
export function followLog(files: GrowingFiles, source: LogSource, end: LogEnd | undefined): LogFollower {
  let file: GrowingFile | undefined = end?.file
  let offset = end?.offset ?? 0
  let held = Buffer.alloc(0)

  const takeBytes = (bytes: Uint8Array, show: (lines: string) => void) => {
    const all = Buffer.concat([held, bytes])
    const feed = all.lastIndexOf(LINE_FEED)
    if (feed >= 0) show(all.toString("utf8", 0, feed))
    held = all.subarray(feed + 1)
    if (held.length > LINE_BYTES_MAX) showHeld(show)
  }
  const showHeld = (show: (lines: string) => void) => {
    if (held.length > 0) show(held.toString("utf8"))
    held = Buffer.alloc(0)
  }
  const catchUp = (show: (lines: string) => void) => {
    if (file === undefined) return
    const size = file.size()
    if (size - offset > BEHIND_BYTES_MAX) {
      const goOn = startOfLast(file, size, LINES_KEPT).offset
      const skipped = countFeeds(file, offset, goOn)
      if (skipped > 0) show(`[${skipped} lines skipped]`)
      offset = Math.max(offset, goOn)
      held = Buffer.alloc(0)
    }
    readBetween(file, offset, size, (bytes) => takeBytes(bytes, show))
    offset = size
  }
  const goOnWith = (next: GrowingFile, show: (lines: string) => void) => {
    showHeld(show)
    file?.close()
    file = next
    offset = 0
  }
  return {
    source,
    look(show) {
      catchUp(show)
      const newer = newerThan(files, source, file)
      if (newer.lost) show("[lines skipped: they were rotated away]")
      for (const next of newer.files) {
        // Once more: what came while we looked for newer files.
        catchUp(show)
        goOnWith(next, show)
      }
      if (newer.files.length > 0) catchUp(show)
    },
    close: () => file?.close(),
  }
}

/** The files that came after the one we have open; `lost`: there were others, which are gone. */
function newerThan(
  files: GrowingFiles,
  { path }: LogSource,
  current: GrowingFile | undefined,
): Readonly<{ files: readonly GrowingFile[]; lost: boolean }> {
  const parts = openParts(files, path).map((part) => part.file)
  const at = parts.findIndex((file) => file.id === current?.id)
  for (const file of parts.slice(0, at + 1)) file.close()
  // The log of a hook is replaced, and has one file at most; one that is rotated has more.
  return { files: parts.slice(at + 1), lost: current !== undefined && at < 0 && parts.length > 1 }
}

function countFeeds(file: GrowingFile, from: number, to: number): number {
  let count = 0
  readBetween(file, from, to, (bytes) => {
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1
  })
  return count
}
