import fs from "node:fs"
import { isDead, readStat } from "./process-table.ts"

const RUN_ID_VARIABLE = Buffer.from("HAB_RUN_ID=")
const NUL = 0
/** /proc/PID/environ is at most the arguments and environment the kernel accepts; one read takes it. */
const BYTES_MAX = 4 * 1024 * 1024
const BYTES_USUAL = 64 * 1024

/**
 * `none`: it has no run id, or we may not know. `blank`: no environment, like a program started without one or, for an
 * instant, a process that is becoming another program.
 */
export type RunIdAnswer =
  | Readonly<{ tag: "run"; runId: string }>
  | Readonly<{ tag: "none" }>
  | Readonly<{ tag: "blank"; startTime: string }>
  | Readonly<{ tag: "gone" }>

let environ = Buffer.allocUnsafe(BYTES_USUAL)

/** The HAB_RUN_ID a process was started with. */
export function readRunId(pid: number): RunIdAnswer {
  const length = readEnviron(pid)
  if (typeof length === "string") return { tag: length }
  if (length === 0) return answerOfBlank(pid)
  const runId = valueIn(environ.subarray(0, length))
  return runId === undefined ? { tag: "none" } : { tag: "run", runId }
}

function answerOfBlank(pid: number): RunIdAnswer {
  const stat = readStat(pid)
  if (stat === undefined) return { tag: "gone" }
  // Kernel threads have no group; what waits to be reaped has no environment any more.
  return stat.group === 0 || isDead(stat) ? { tag: "none" } : { tag: "blank", startTime: stat.startTime }
}

function valueIn(bytes: Buffer): string | undefined {
  let at = bytes.indexOf(RUN_ID_VARIABLE)
  while (at > 0 && bytes[at - 1] !== NUL) at = bytes.indexOf(RUN_ID_VARIABLE, at + 1)
  if (at < 0) return undefined
  const end = bytes.indexOf(NUL, at)
  const value = bytes.toString("utf8", at + RUN_ID_VARIABLE.length, end < 0 ? bytes.length : end)
  return value === "" ? undefined : value
}

function readEnviron(pid: number): number | "none" | "gone" {
  let descriptor: number
  try {
    descriptor = fs.openSync(`/proc/${pid}/environ`, "r")
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "gone" : "none"
  }
  try {
    let length = fs.readSync(descriptor, environ, 0, environ.length, 0)
    while (length === environ.length && length < BYTES_MAX) {
      environ = Buffer.allocUnsafe(length * 2)
      length = fs.readSync(descriptor, environ, 0, environ.length, 0)
    }
    return length
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "gone" : "none"
  } finally {
    fs.closeSync(descriptor)
  }
}
