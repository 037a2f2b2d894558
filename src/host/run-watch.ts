import { setTimeout } from "node:timers"
import type { ProcessIdentity } from "../ports/process-group.ts"
import { belongsTo, type Census, identify, isAlive, readStat, sendSignal, takeCensus } from "./process-table.ts"

const POLL_MS = 5
/** A pass in which processes came and went proves little; this many of them have to do. */
const INCONCLUSIVE_MAX = 3

type Group = {
  readonly runId: string
  readonly leader: ProcessIdentity
  /** Of our own child we are told when it ended; of an adopted process we have to ask. */
  readonly isChild: boolean
  leaderExited: boolean
}

type Watch = {
  readonly runId: string
  readonly resolve: () => void
  /** Members found by the last pass: as long as one lives there is no need for another. */
  known: ProcessIdentity[]
  inconclusive: number
}

/** The process groups we started or adopted, and the questions asked about them (decisions F). */
export type RunWatch = Readonly<{
  add(runId: string, leader: ProcessIdentity, isChild: boolean): void
  /** The first process of the group ended and was reaped. Forgets the group when nobody else is in it. */
  leaderExited(pid: number): void
  signal(runId: string, signal: string): void
  emptied(runId: string): Promise<void>
  /** True while a group led by `pid` has members, the leader included. */
  isOccupied(pid: number): boolean
}>

/** One poll and one pass over /proc serve every run that is being waited for; without any, nothing is polled. */
export function createRunWatch(): RunWatch {
  const groups = new Map<number, Group>()
  const watches = new Set<Watch>()
  const killed = new Set<string>()
  let polling = false

  const groupsOf = (runId: string) => [...groups.values()].filter((group) => belongsTo(group.runId, runId))
  const conclude = (watch: Watch) => {
    watches.delete(watch)
    killed.delete(watch.runId)
    for (const group of groupsOf(watch.runId)) groups.delete(group.leader.pid)
    watch.resolve()
  }
  const poll = () => {
    for (const watch of findEmpty(watches, groupsOf)) conclude(watch)
    // Whoever forked while the run was being killed is killed as well.
    for (const watch of watches)
      if (killed.has(watch.runId)) for (const { pid } of watch.known) sendSignal(pid, "SIGKILL")
    polling = watches.size > 0
    if (polling) setTimeout(poll, POLL_MS)
  }
  return {
    add: (runId, leader, isChild) => void groups.set(leader.pid, { runId, leader, isChild, leaderExited: false }),
    leaderExited(pid) {
      const group = groups.get(pid)
      if (group === undefined) return
      group.leaderExited = true
      if (!mayHaveMembers(group)) groups.delete(pid)
    },
    signal(runId, signal) {
      if (signal === "SIGKILL" && [...watches].some((watch) => watch.runId === runId)) killed.add(runId)
      signalRun(runId, groupsOf(runId).filter(mayHaveMembers), signal)
    },
    emptied(runId) {
      return new Promise((resolve) => {
        watches.add({ runId, resolve, known: [], inconclusive: 0 })
        if (polling) return
        polling = true
        queueMicrotask(poll)
      })
    },
    isOccupied(pid) {
      const group = groups.get(pid)
      return group !== undefined && mayHaveMembers(group)
    },
  }
}

function signalRun(runId: string, groups: readonly Group[], signal: string): void {
  const leaders = new Set(groups.map((group) => group.leader.pid))
  for (const leader of leaders) sendSignal(-leader, signal)
  const census = takeCensus({ groups: new Set(), runs: [runId] })
  for (const pid of [...census.runs.values()].flat()) {
    if (!leaders.has(readStat(pid)?.group ?? 0)) sendSignal(pid, signal)
  }
}

/** The watches whose run is empty now. The cheap questions come first; most polls need no pass at all. */
function findEmpty(watches: ReadonlySet<Watch>, groupsOf: (runId: string) => readonly Group[]): Watch[] {
  const undecided = [...watches].filter(
    (watch) => !watch.known.some(isAlive) && !groupsOf(watch.runId).some(leaderLives),
  )
  if (undecided.length === 0) return []
  const asked = undecided.flatMap((watch) => groupsOf(watch.runId).filter(mayHaveMembers))
  const census = takeCensus({
    groups: new Set(asked.map((group) => group.leader.pid)),
    runs: undecided.map((watch) => watch.runId),
  })
  return undecided.filter((watch) => isEmpty(watch, groupsOf(watch.runId), census))
}

function isEmpty(watch: Watch, groups: readonly Group[], census: Census): boolean {
  const inGroup = groups.flatMap((group) => census.groups.get(group.leader.pid) ?? [])
  const carrying = [...census.runs].filter(([runId]) => belongsTo(runId, watch.runId)).flatMap(([, pids]) => pids)
  watch.known = [...inGroup, ...carrying].map(identify).filter((found) => found !== undefined)
  if (inGroup.length + carrying.length > 0) return false
  watch.inconclusive += census.conclusive ? 0 : 1
  return census.conclusive || watch.inconclusive >= INCONCLUSIVE_MAX
}

function leaderLives(group: Group): boolean {
  return group.isChild ? !group.leaderExited : isAlive(group.leader)
}

/** Zombies count here. A leader's pid that was given to somebody else means the group is long gone. */
function mayHaveMembers(group: Group): boolean {
  if (!sendSignal(-group.leader.pid, 0)) return false
  const now = readStat(group.leader.pid)
  return now === undefined || now.startTime === group.leader.startTime
}
