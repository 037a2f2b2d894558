import { Buffer } from "node:buffer"
import type { AppendFile, AppendFiles } from "../../ports/append-file.ts"
import type { Clock } from "../../ports/clock.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { rotatedPath, timesPath } from "../logs/log-names.ts"
import { MARK_EVERY_MS, printMark } from "../logs/log-times.ts"

const LINE_FEED = 0x0a
const MODE = 0o644
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

/**
 * `rotated`: renamed to `<path>.1` (`.1` to `.2` …) between two lines once it holds `bytesMax`; when things were written
 * stands in a file beside it. `replaced`: what comes after `bytesMax` is not kept, and a last line says so.
 */
export function createLogFile(
  ports: LogPorts,
  options: Readonly<{ path: string; keep: "rotated" | "replaced"; limits: LogLimits }>,
): LogFile {
  const { path, keep, limits } = options
  let file: AppendFile | undefined
  let size = 0
  let lost = 0
  let midLine = false
  let isFresh = false
  let markedMs = Number.NEGATIVE_INFINITY

  const open = (truncate: boolean) => {
    file ??= ports.appendFiles.open(path, { mode: MODE, truncate })
    size = file?.sizeAtOpen ?? 0
  }
  const rest = () => {
    file?.close()
    file = undefined
  }
  const put = (bytes: Uint8Array) => {
    const taken = file?.write(bytes) ?? 0
    size += taken
    return taken
  }
  const write = (bytes: Uint8Array) => {
    if (file === undefined) open(false)
    if (lost > 0) {
      const notice = Buffer.from(`${midLine ? "\n" : ""}[${lost} bytes lost: the disk was full]\n`)
      if (put(notice) < notice.length) {
        lost += bytes.length
        return
      }
      lost = 0
    }
    const taken = put(bytes)
    lost += bytes.length - taken
    if (taken > 0) midLine = bytes[taken - 1] !== LINE_FEED
  }
  const mark = () => {
    const ms = ports.clock.now()
    // A clock that was set back is marked too.
    if (Math.abs(ms - markedMs) < MARK_EVERY_MS) return
    if (file === undefined) open(false)
    markedMs = ms
    const times = ports.appendFiles.open(timesPath(path), { mode: MODE, truncate: size === 0 })
    times?.write(Buffer.from(printMark({ offset: size, ms })))
    times?.close()
  }
  const appendRotated = (bytes: Uint8Array) => {
    mark()
    const cut = size < limits.bytesMax ? undefined : cutForRotation(bytes, midLine, size - limits.bytesMax)
    if (cut === undefined) return write(bytes)
    if (cut > 0) write(bytes.subarray(0, cut))
    rest()
    shift(ports, path, limits.filesMax)
    shift(ports, timesPath(path), limits.filesMax)
    markedMs = Number.NEGATIVE_INFINITY
    if (cut === bytes.length) return
    mark()
    write(bytes.subarray(cut))
  }
  const appendUntilFull = (bytes: Uint8Array) => {
    if (size > limits.bytesMax) return
    const room = limits.bytesMax - size
    write(bytes.subarray(0, room))
    if (bytes.length > room) put(Buffer.from(`\n[what came after ${limits.bytesMax} bytes is not kept]\n`))
  }
  return {
    append: keep === "rotated" ? appendRotated : appendUntilFull,
    replace() {
      // Most hooks print nothing, many times.
      if (isFresh && size === 0) return
      rest()
      lost = 0
      midLine = false
      // Who reads the old one still has it whole.
      removeOld(ports, path)
      open(true)
      isFresh = file !== undefined
    },
    rest,
  }
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
