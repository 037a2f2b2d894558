import { Buffer } from "node:buffer"
import type { AppendFile, AppendFiles } from "../../ports/append-file.ts"
import type { Clock } from "../../ports/clock.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { rotatedPath, timesPath } from "../logs/log-names.ts"
import { MARK_EVERY_MS, printMark } from "../logs/log-times.ts"

const LINE_FEED = 0x0a
const MODE = 0o644
const NEVER = Number.NEGATIVE_INFINITY
/** A line that does not end keeps its file from being rotated for so long. */
const OVERLONG_BYTES = 64 * 1024

/** Defaults of decisions E: five files of 10 MiB for each stream. */
export const LOG_LIMITS = { bytesMax: 10 * 1024 * 1024, filesMax: 5 } as const

export type LogLimits = Readonly<{ bytesMax: number; filesMax: number }>
export type LogPorts = Readonly<{
  files: Pick<FileSystem, "rename" | "removeFile" | "lstat">
  appendFiles: AppendFiles
  clock: Pick<Clock, "now">
}>

/** A log of raw bytes that never fails: what the disk does not take is counted and told in the log later. */
export type LogFile = Readonly<{
  append(bytes: Uint8Array): void
  /** Starts over with an empty file. */
  replace(): void
  /** Gives the descriptor back; the next append opens the file again. */
  rest(): void
}>

/** The file of a log as it stands. */
type Tail = {
  readonly ports: LogPorts
  readonly path: string
  file: AppendFile | undefined
  size: number
  /** Bytes the disk did not take and the log does not tell of yet. */
  lost: number
  midLine: boolean
  /** When its times were last noted. */
  markedMs: number
}

/**
 * `rotated`: renamed to `<path>.1` (`.1` to `.2` …) between two lines once it holds `bytesMax`; when things were written
 * stands in a file beside it. `replaced`: what comes after `bytesMax` is not kept, and a last line says so.
 */
export function createLogFile(
  ports: LogPorts,
  { path, keep, limits }: Readonly<{ path: string; keep: "rotated" | "replaced"; limits: LogLimits }>,
): LogFile {
  const tail: Tail = { ports, path, file: undefined, size: 0, lost: 0, midLine: false, markedMs: NEVER }
  const append = keep === "rotated" ? appendRotated : appendUntilFull
  let isFresh = false
  return {
    append: (bytes) => append(tail, limits, bytes),
    replace() {
      // Most hooks print nothing, many times.
      if (isFresh && tail.size === 0) return
      rest(tail)
      tail.lost = 0
      tail.midLine = false
      // Who reads the old one still has it whole.
      removeOld(ports, path)
      open(tail, { truncate: true })
      isFresh = tail.file !== undefined
    },
    rest: () => rest(tail),
  }
}

function open(tail: Tail, { truncate }: Readonly<{ truncate: boolean }>): void {
  tail.file ??= tail.ports.appendFiles.open(tail.path, { mode: MODE, truncate })
  tail.size = tail.file?.sizeAtOpen ?? 0
}

function rest(tail: Tail): void {
  tail.file?.close()
  tail.file = undefined
}

function put(tail: Tail, bytes: Uint8Array): number {
  const taken = tail.file?.write(bytes) ?? 0
  tail.size += taken
  return taken
}

function write(tail: Tail, bytes: Uint8Array): void {
  if (tail.file === undefined) open(tail, { truncate: false })
  if (tail.lost > 0) {
    const notice = Buffer.from(`${tail.midLine ? "\n" : ""}[${tail.lost} bytes lost: the disk was full]\n`)
    if (put(tail, notice) < notice.length) {
      tail.lost += bytes.length
      return
    }
    tail.lost = 0
  }
  const taken = put(tail, bytes)
  tail.lost += bytes.length - taken
  if (taken > 0) tail.midLine = bytes[taken - 1] !== LINE_FEED
}

function appendRotated(tail: Tail, { bytesMax, filesMax }: LogLimits, bytes: Uint8Array): void {
  const { ports, path } = tail
  mark(tail)
  const cut = tail.size < bytesMax ? undefined : cutForRotation(bytes, tail.midLine, tail.size - bytesMax)
  if (cut === undefined) return write(tail, bytes)
  if (cut > 0) write(tail, bytes.subarray(0, cut))
  rest(tail)
  shift(ports, path, filesMax)
  shift(ports, timesPath(path), filesMax)
  tail.markedMs = NEVER
  if (cut === bytes.length) return
  mark(tail)
  write(tail, bytes.subarray(cut))
}

function appendUntilFull(tail: Tail, { bytesMax }: LogLimits, bytes: Uint8Array): void {
  if (tail.size > bytesMax) return
  const room = bytesMax - tail.size
  write(tail, bytes.subarray(0, room))
  if (bytes.length > room) put(tail, Buffer.from(`\n[what came after ${bytesMax} bytes is not kept]\n`))
}

/** Notes how long the log was at this time, once in a while. */
function mark(tail: Tail): void {
  const { ports, path } = tail
  const ms = ports.clock.now()
  // A clock that was set back is marked too.
  if (Math.abs(ms - tail.markedMs) < MARK_EVERY_MS) return
  if (tail.file === undefined) open(tail, { truncate: false })
  tail.markedMs = ms
  const times = ports.appendFiles.open(timesPath(path), { mode: MODE, truncate: tail.size === 0 })
  times?.write(Buffer.from(printMark({ offset: tail.size, ms })))
  times?.close()
}

/** Where in these bytes the old file ends: at the first end of a line. Undefined: not yet. */
function cutForRotation(bytes: Uint8Array, midLine: boolean, excess: number): number | undefined {
  if (!midLine) return 0
  const feed = bytes.indexOf(LINE_FEED)
  if (feed >= 0) return feed + 1
  return excess > OVERLONG_BYTES ? 0 : undefined
}

/** When a rename is refused the file simply grows on, and the next append tries again. */
function shift({ files }: LogPorts, path: string, filesMax: number): void {
  const name = (n: number) => rotatedPath(path, n)
  try {
    // Removed rather than renamed over: that would make ext4 write out the file that takes its place, which takes 10 ms.
    if (files.lstat(name(filesMax - 1)) !== undefined) files.removeFile(name(filesMax - 1))
    for (let n = filesMax - 2; n >= 0; n -= 1) {
      if (files.lstat(name(n)) !== undefined) files.rename(name(n), name(n + 1))
    }
  } catch {
    // Reported by nobody: losing output over it would be worse than a long file.
  }
}

function removeOld({ files }: LogPorts, path: string): void {
  try {
    if (files.lstat(path) !== undefined) files.removeFile(path)
  } catch {
    // Then it is emptied instead.
  }
}
