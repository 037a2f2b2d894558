import fs from "node:fs"
import type { ProcessIdentity } from "../ports/process-group.ts"

const DEAD_STATES = "ZXx"
const START_TIME_INDEX = 19

export type ProcessStat = Readonly<{ state: string; parent: number; group: number; startTime: string }>

const buffer = Buffer.allocUnsafeSlow(16 * 1024)
let boot: string | undefined

/** The kernel's name for this boot: pids and start times of another one mean nothing. */
export function bootId(): string {
  boot ??= fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
  return boot
}

/** State, parent, group and start time (field 22 of /proc/PID/stat). Undefined when there is no such process. */
export function readStat(pid: number): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  const [state = "", parent, group] = fields
  return { state, parent: Number(parent), group: Number(group), startTime: fields[START_TIME_INDEX] ?? "" }
}

/** Who has this pid now. Undefined when nobody, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  if (stat === undefined || isDead(stat)) return undefined
  return { pid, startTime: stat.startTime, bootId: bootId() }
}

/** True while that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && identify(identity.pid)?.startTime === identity.startTime
}

/** Sends a signal to a process, or to a group (negative pid). False when nobody is there. */
export function sendSignal(pid: number, signal: string | 0): boolean {
  try {
    process.kill(pid, signal as NodeJS.Signals)
    return true
  } catch (error) {
    // EPERM: somebody is there, of another user.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** False of a thread, which has a number and files in /proc as well. */
export function isProcess(pid: number): boolean {
  return readProc(`/proc/${pid}/status`)?.includes(`\nTgid:\t${pid}\n`) === true
}

/** Every process there is but ourselves. */
export function listProcesses(): number[] {
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
}

/** Live members by group id; a group without any is absent. One pass over /proc, about 10 µs a process. */
export function liveMembers(groups: ReadonlySet<number>): ReadonlyMap<number, readonly number[]> {
  const members = new Map<number, number[]>()
  if (groups.size === 0) return members
  for (const pid of listProcesses()) {
    const stat = readStat(pid)
    if (stat === undefined || isDead(stat) || !groups.has(stat.group)) continue
    members.set(stat.group, [...(members.get(stat.group) ?? []), pid])
  }
  return members
}

/** True of a process that ended and waits to be reaped. */
export function isDead(stat: ProcessStat): boolean {
  return DEAD_STATES.includes(stat.state)
}

/** A small file of /proc, 16 KiB at most. Undefined when it cannot be read. */
export function readProc(file: string): string | undefined {
  let descriptor: number | undefined
  try {
    descriptor = fs.openSync(file, "r")
    return buffer.toString("latin1", 0, fs.readSync(descriptor, buffer, 0, buffer.length, 0))
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}
