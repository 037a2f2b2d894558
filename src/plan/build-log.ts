import { Buffer } from "node:buffer"
import { messageOf } from "../base/errors.ts"
import type { Clock } from "../ports/clock.ts"
import type { FileSystem, FileWriter } from "../ports/file-system.ts"

const TAIL_LINES = 40
const LOG_MODE = 0o644
const SAME_SECOND_MAX = 100

/** Everything a build prints: kept in a file once its place is known, and the last lines for error messages. */
export type BuildLog = Readonly<{
  add(line: string): void
  /** Begins the file `<output>/logs/<name>.<stamp>.log` with all lines so far; returns its path. */
  open(output: string, name: string): string
  /** The file's path, once it was opened. */
  path(): string | undefined
  /** The last 40 lines since `mark`. */
  tail(): readonly string[]
  /** A new phase begins: lines before it do not explain its failure. */
  mark(): void
  /** Why the file ends early: a full disk must not take the build's own message along. */
  trouble(): string | undefined
  close(): void
}>

/** A log whose file is still to be opened. */
export function createBuildLog({ files, clock }: Readonly<{ files: FileSystem; clock: Pick<Clock, "now"> }>): BuildLog {
  const early: string[] = []
  let tail: string[] = []
  let writer: FileWriter | undefined
  let path: string | undefined
  let trouble: string | undefined
  const write = (line: string) => {
    if (trouble !== undefined) return
    try {
      writer?.write(Buffer.from(`${line}\n`))
    } catch (error) {
      trouble = messageOf(error)
    }
  }
  return {
    add(line) {
      tail = [...tail.slice(1 - TAIL_LINES), line]
      if (writer === undefined) early.push(line)
      else write(line)
    },
    open(output, name) {
      files.makeDirectories(`${output}/logs`)
      const opened = openNew(files, `${output}/logs/${name}.${stamp(clock.now())}`)
      writer = opened.writer
      path = opened.path
      for (const line of early.splice(0)) write(line)
      return opened.path
    },
    path: () => path,
    tail: () => tail,
    mark() {
      tail = []
    },
    trouble: () => trouble,
    close() {
      writer?.close()
      writer = undefined
    },
  }
}

/** Two builds of one plan may begin in the same second. */
function openNew(files: FileSystem, base: string): { writer: FileWriter; path: string } {
  const candidates = Array.from(
    { length: SAME_SECOND_MAX },
    (_, index) => `${base}${index === 0 ? "" : `-${index}`}.log`,
  )
  const path = candidates.find((candidate) => files.lstat(candidate) === undefined) ?? `${base}.log`
  return { writer: files.createExclusively(path, LOG_MODE), path }
}

/** `YYYY-mm-dd-HHMMSS` in UTC. */
function stamp(epochMs: number): string {
  const [date = "", time = ""] = new Date(epochMs).toISOString().split("T")
  return `${date}-${time.slice(0, 8).replaceAll(":", "")}`
}
