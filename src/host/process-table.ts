import fs from "node:fs"
import type { ProcessIdentity } from "../ports/process-group.ts"

/** /proc/PID/environ is at most the arguments and environment the kernel accepts; one read takes it. */
const ENVIRON_BYTES_MAX = 4 * 1024 * 1024
const ENVIRON_BYTES_USUAL = 64 * 1024
const RUN_ID_VARIABLE = "HAB_RUN_ID="
const NUL = 0
const DEAD_STATES = "ZXx"
const START_TIME_INDEX = 19

export type ProcessStat = Readonly<{ state: string; parent: number; group: number; startTime: string }>

/** Who is alive of some groups and runs. */
export type Census = Readonly<{
  /** Live members by group id; a group without any is absent. */
  groups: ReadonlyMap<number, readonly number[]>
  /** Processes by the run asked for, those of the runs within it included; a run without any is absent. */
  runs: ReadonlyMap<string, readonly number[]>
  /** False when a process vanished or became another program meanwhile: a child of it may have been missed. */
  conclusive: boolean
}>

let environ = Buffer.allocUnsafe(ENVIRON_BYTES_USUAL)
let boot: string | undefined
const kernelThreads = new Set<number>()
let blankBefore: ReadonlySet<string> = new Set()

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

/** A run id and the runs it is part of: `r1/4` is in `r1/4` and in `r1`. */
export function runsOf(runId: string): string[] {
  const runs = [runId]
  for (let at = runId.lastIndexOf("/"); at > 0; at = runId.lastIndexOf("/", at - 1)) runs.push(runId.slice(0, at))
  return runs
}

/** One pass over /proc for everybody who asks; about 6 µs a process, twice that when groups are asked for. */
export function takeCensus(wanted: Readonly<{ groups: ReadonlySet<number>; runs: ReadonlySet<string> }>): Census {
  const groups = new Map<number, number[]>()
  const runs = new Map<string, number[]>()
  const blank = new Set<string>()
  let conclusive = true
  for (const pid of processIds()) {
    if (wanted.groups.size > 0) {
      const stat = readStat(pid)
      if (stat !== undefined && !isDead(stat) && wanted.groups.has(stat.group)) add(groups, stat.group, pid)
    }
    if (wanted.runs.size === 0) continue
    const runId = runIdOf(pid, blank)
    if (runId === "vanished") conclusive = false
    else if (runId !== undefined) for (const run of runsOf(runId)) if (wanted.runs.has(run)) add(runs, run, pid)
  }
  if (wanted.runs.size > 0) blankBefore = blank
  return { groups, runs, conclusive }
}

function processIds(): number[] {
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
}

function isDead(stat: ProcessStat): boolean {
  return DEAD_STATES.includes(stat.state)
}

/**
 * The HAB_RUN_ID a live process was started with. Undefined: it has none, or we may not know. A process in the middle of
 * becoming another program, or gone since the list was made, is "vanished".
 */
function runIdOf(pid: number, blank: Set<string>): string | undefined | "vanished" {
  const length = readEnviron(pid)
  if (typeof length !== "number") return length
  if (length === 0) return withoutEnvironment(pid, blank)
  const name = Buffer.from(RUN_ID_VARIABLE)
  let at = environ.subarray(0, length).indexOf(name)
  while (at > 0 && environ[at - 1] !== NUL) at = environ.subarray(0, length).indexOf(name, at + 1)
  if (at < 0) return undefined
  const end = environ.subarray(0, length).indexOf(NUL, at)
  const value = environ.toString("utf8", at + name.length, end < 0 ? length : end)
  // A zombie has no environment any more, so whoever has one is alive.
  return value === "" ? undefined : value
}

/**
 * Kernel threads, zombies and programs started without an environment have none; so has, for an instant, one that is
 * becoming another program. Only what was already like this in the pass before is believed.
 */
function withoutEnvironment(pid: number, seen: Set<string>): undefined | "vanished" {
  if (kernelThreads.has(pid)) return undefined
  const stat = readStat(pid)
  if (stat === undefined) return "vanished"
  if (stat.group === 0) kernelThreads.add(pid)
  if (stat.group === 0 || isDead(stat)) return undefined
  const key = `${pid}@${stat.startTime}`
  seen.add(key)
  return blankBefore.has(key) ? undefined : "vanished"
}

function readEnviron(pid: number): number | undefined | "vanished" {
  let descriptor: number
  try {
    descriptor = fs.openSync(`/proc/${pid}/environ`, "r")
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "vanished" : undefined
  }
  try {
    let length = fs.readSync(descriptor, environ, 0, environ.length, 0)
    while (length === environ.length && length < ENVIRON_BYTES_MAX) {
      environ = Buffer.allocUnsafe(length * 2)
      length = fs.readSync(descriptor, environ, 0, environ.length, 0)
    }
    return length
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "vanished" : undefined
  } finally {
    fs.closeSync(descriptor)
  }
}

function readProc(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "latin1")
  } catch {
    return undefined
  }
}

function add<K>(map: Map<K, number[]>, key: K, pid: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [pid])
  else known.push(pid)
}
