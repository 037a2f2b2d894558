import fs from "node:fs"
import { listProcesses, readProc } from "./process-table.ts"

/** So many numbers are tried one by one; of more, the list of processes tells which ones are taken. */
const TRIED_MAX = 64

/** How far the kernel is in handing out process ids. */
export type Mark = Readonly<{
  /** The newest process id of our namespace. */
  lastPid: number
  /** Processes and threads ever started on the machine. */
  forks: number
  /** Process ids are smaller. */
  pidMax: number
}>

let pidMax: number | undefined

/** The mark of now. Undefined where the kernel, or what stands before it, does not tell. */
export function readMark(): Mark | undefined {
  const lastPid = Number(readProc("/proc/loadavg")?.trim().split(" ").at(-1))
  const forks = readForks()
  pidMax ??= Number(readProc("/proc/sys/kernel/pid_max"))
  return lastPid > 0 && forks > 0 && pidMax > 0 ? { lastPid, forks, pidMax } : undefined
}

/** The last lines of a file whose first ones grow with the machine. */
function readForks(): number {
  try {
    return Number(/^processes (\d+)$/m.exec(fs.readFileSync("/proc/stat", "latin1"))?.[1])
  } catch {
    return 0
  }
}

/** True of a number that was handed out after `from` until `to`, in a cycle. */
export function isBetween(pid: number, from: Mark, to: Mark): boolean {
  return from.lastPid <= to.lastPid ? pid > from.lastPid && pid <= to.lastPid : pid > from.lastPid || pid <= to.lastPid
}

/**
 * Numbers a process born after `from` until `to` may have; threads have such numbers too. Undefined when the numbers may
 * have gone round meanwhile.
 */
export function newbornPids(from: Mark, to: Mark): readonly number[] | undefined {
  // A number whose process did not come to life counts as no fork; half of all numbers is far beyond what that can hide.
  if (to.forks < from.forks || to.forks - from.forks > from.pidMax / 2) return undefined
  const count = to.lastPid - from.lastPid
  if (count >= 0 && count <= TRIED_MAX) return Array.from({ length: count }, (_, index) => from.lastPid + 1 + index)
  return listProcesses().filter((pid) => isBetween(pid, from, to))
}
