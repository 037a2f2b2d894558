import { isBetween, type Mark, newbornPids, readMark } from "./newborn-pids.ts"
import { readRunId } from "./process-environment.ts"
import { identify, isProcess, listProcesses, sendSignal } from "./process-table.ts"

/** Who is born while we look is looked at next; so often at most. */
const ROUNDS_MAX = 4
/** So many dead processes may be remembered. */
const DEAD_MAX = 256

/** Who is alive of some runs. */
export type Census = Readonly<{
  /** Processes by the run asked for, those of the runs within it included; a run without any is absent. */
  runs: ReadonlyMap<string, readonly number[]>
  /** False when somebody may have been missed: who was born, or became another program, meanwhile. */
  conclusive: boolean
}>

/** Who belongs to which run, by the HAB_RUN_ID processes are started with (decisions F). */
export type RunCensus = Readonly<{
  /** A process we started: the kernel's numbers must tell of it, or they are not believed. */
  born(pid: number): void
  /** A process that was there before us belongs to a run now: anybody may. */
  adopted(): void
  take(runs: ReadonlySet<string>): Census
}>

/**
 * A census that costs what was born since the last one: a process keeps the environment it was started with, and the
 * kernel tells how far it is in numbering processes. Where it does not, each census reads all of /proc, about 15 µs a
 * process.
 */
export function createRunCensus(mark: () => Mark | undefined = readMark): RunCensus {
  const members = createMembers()
  // Whoever is there already is in no run of ours, unless it is adopted.
  let seen = mark()
  let newest: number | undefined
  let isTrusted = true

  /** What was born since the last time. Undefined: anybody may have been. */
  const newborn = (now: Mark | undefined) => {
    if (now === undefined || seen === undefined) return undefined
    if (newest !== undefined && !isBetween(newest, seen, now)) isTrusted = false
    return isTrusted ? newbornPids(seen, now) : undefined
  }
  const lookAtAll = (now: Mark | undefined) => {
    members.clear()
    seen = now
    return listProcesses()
      .map(members.look)
      .every((answer) => answer === "settled")
  }
  const update = (): boolean => {
    let settled = true
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const now = isTrusted ? mark() : undefined
      const pids = newborn(now)
      newest = undefined
      if (pids === undefined) return lookAtAll(now)
      const unsettled = round === 0 ? members.unsettled() : []
      if (pids.length === 0 && unsettled.length === 0) return settled
      seen = now
      // Who is gone left nobody behind that a later round does not see.
      for (const pid of [...unsettled, ...pids]) settled = members.look(pid) !== "unsettled" && settled
    }
    return false
  }
  return {
    born(pid) {
      newest = pid
    },
    adopted() {
      seen = undefined
    },
    take(runs) {
      const conclusive = update()
      return { runs: members.of(runs), conclusive }
    },
  }
}

/** The processes that have a run id, and those that have yet to show whether they do. */
function createMembers() {
  const known = new Map<number, string>()
  /** Processes without an environment, by their start time: only who had none the time before is believed. */
  const blank = new Map<number, string>()
  const doubted = new Set<number>()
  let entriesMax = DEAD_MAX

  const forgetDead = () => {
    if (known.size + blank.size < entriesMax) return
    for (const map of [known, blank]) for (const pid of map.keys()) if (!sendSignal(pid, 0)) map.delete(pid)
    entriesMax = known.size + blank.size + DEAD_MAX
  }
  return {
    clear: () => known.clear(),
    unsettled: () => [...doubted],
    look(pid: number): "settled" | "unsettled" | "gone" {
      const answer = readRunId(pid)
      const before = blank.get(pid)
      for (const kept of [known, blank, doubted]) kept.delete(pid)
      if (answer.tag === "gone") return "gone"
      if (answer.tag === "run") known.set(pid, answer.runId)
      if (answer.tag !== "blank") return "settled"
      blank.set(pid, answer.startTime)
      if (before === answer.startTime) return "settled"
      doubted.add(pid)
      return "unsettled"
    },
    of(wanted: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
      forgetDead()
      const found = new Map<string, number[]>()
      for (const [pid, runId] of known) {
        const runs = runsOf(runId).filter((run) => wanted.has(run))
        if (runs.length === 0) continue
        // Another process of that number would have been born since.
        if (identify(pid) === undefined || !isProcess(pid)) known.delete(pid)
        else for (const run of runs) found.set(run, [...(found.get(run) ?? []), pid])
      }
      return found
    },
  }
}

/** A run id and the runs it is part of: `r1/4` is in `r1/4` and in `r1`. */
export function runsOf(runId: string): string[] {
  const runs = [runId]
  for (let at = runId.lastIndexOf("/"); at > 0; at = runId.lastIndexOf("/", at - 1)) runs.push(runId.slice(0, at))
  return runs
}
