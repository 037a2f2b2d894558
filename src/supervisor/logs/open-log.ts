import type { GrowingFile, GrowingFiles } from "../../ports/growing-file.ts"
import { rotatedPath } from "./log-names.ts"

const LINE_FEED = 0x0a
const CHUNK_BYTES = 64 * 1024

/** A file of a log with its name at the time. */
export type LogPart = Readonly<{ path: string; file: GrowingFile }>

/** The files of a log, the oldest first. Who rotates it meanwhile does no harm: none is missing and none is there twice. */
export function openParts(files: GrowingFiles, path: string): LogPart[] {
  const parts: LogPart[] = []
  for (let n = 0; ; n += 1) {
    const part = { path: rotatedPath(path, n), file: files.open(rotatedPath(path, n)) }
    const { file } = part
    if (file === undefined) {
      // Between two renames of a rotation the newest is missing for a moment.
      if (n === 0) continue
      return parts
    }
    if (parts.some((other) => other.file.id === file.id)) file.close()
    else parts.unshift({ path: part.path, file })
  }
}

/** Calls `take` with what stands between two offsets, piece by piece. */
export function readBetween(file: GrowingFile, from: number, to: number, take: (bytes: Uint8Array) => void): void {
  for (let offset = from; offset < to; ) {
    const bytes = file.read(offset, Math.min(CHUNK_BYTES, to - offset))
    if (bytes.length === 0) return
    take(bytes)
    offset += bytes.length
  }
}

/** Where the last whole line before `end` ends; 0 when there is none. */
export function endOfLines(file: GrowingFile, end: number): number {
  return end - lengthBehindFeed(file, end, 1).length
}

/**
 * Where the last `count` lines before `end` begin, and how many they are: fewer at the beginning of the file. What stands
 * behind the last line feed is a line too.
 */
export function startOfLast(
  file: GrowingFile,
  end: number,
  count: number,
): Readonly<{ offset: number; lines: number }> {
  if (count === 0 || end === 0) return { offset: end, lines: 0 }
  const isWhole = file.read(end - 1, 1)[0] === LINE_FEED
  const { length, feeds } = lengthBehindFeed(file, end, isWhole ? count + 1 : count)
  const lines = length === end ? feeds + (isWhole ? 0 : 1) : count
  return { offset: end - length, lines }
}

/** How many bytes before `end` stand behind the n-th line feed, counted from the end; all when there are fewer feeds. */
function lengthBehindFeed(file: GrowingFile, end: number, n: number): Readonly<{ length: number; feeds: number }> {
  let feeds = 0
  for (let to = end; to > 0; to = Math.max(0, to - CHUNK_BYTES)) {
    const from = Math.max(0, to - CHUNK_BYTES)
    const bytes = file.read(from, to - from)
    for (let at = bytes.lastIndexOf(LINE_FEED); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(LINE_FEED, at - 1)) {
      feeds += 1
      if (feeds === n) return { length: end - (from + at + 1), feeds }
    }
  }
  return { length: end, feeds }
}
