import { setImmediate, setTimeout } from "node:timers"
import type { ProcessIdentity } from "../ports/process-group.ts"
import { identify, isAlive, liveMembers, readStat, sendSignal } from "./process-table.ts"
import { createRunCensus, type RunCensus, runsOf } from "./run-census.ts"

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
  /** A process that was there before us may belong to any run. */
  inherit(): void
  /** The first process of the group ended and was reaped. Forgets the group when nobody else is in it. */
  leaderExited(pid: number): void
  signal(runId: string, signal: string): void
  emptied(runId: string): Promise<void>
  /** One look: false when it is not conclusive. */
  isEmpty(runId: string): boolean
  /** True while a group led by `pid` has members, the leader included. */
  isOccupied(pid: number): boolean
}>

/** One poll and one pass over /proc serve every run that is being waited for; without any, nothing is polled. */
export function createRunWatch(): RunWatch {
  const groups = createGroupIndex()
  const census = createRunCensus()
  const watches = new Set<Watch>()
  const killed = new Set<string>()
  let polling = false

  const conclude = (watch: Watch) => {
    watches.delete(watch)
    killed.delete(watch.runId)
    for (const group of groups.of(watch.runId)) groups.remove(group)
    watch.resolve()
  }
  const poll = () => {
    for (const watch of findEmpty(watches, groups, census)) conclude(watch)
    // Whoever forked while the run was being killed is killed as well.
    for (const watch of watches)
      if (killed.has(watch.runId)) for (const one of watch.known.filter(isAlive)) sendSignal(one.pid, "SIGKILL")
    polling = watches.size > 0
    if (polling) setTimeout(poll, POLL_MS)
  }
  const signalStrays = createStrayPost(groups, census)
  return {
    add(runId, leader, isChild) {
      groups.add({ runId, leader, isChild, leaderExited: false })
      if (isChild) census.born(leader.pid)
      else census.adopted()
    },
    inherit: census.adopted,
    leaderExited(pid) {
      const group = groups.ledBy(pid)
      if (group === undefined) return
      group.leaderExited = true
      if (!mayHaveMembers(group)) groups.remove(group)
    },
    signal(runId, signal) {
      if (signal === "SIGKILL" && [...watches].some((watch) => watch.runId === runId)) killed.add(runId)
      for (const group of groups.of(runId)) if (mayHaveMembers(group)) sendSignal(-group.leader.pid, signal)
      signalStrays(runId, signal)
    },
    emptied(runId) {
      return new Promise((resolve) => {
        watches.add({ runId, resolve, known: [], inconclusive: 0 })
        if (polling) return
        polling = true
        queueMicrotask(poll)
      })
    },
    isEmpty(runId) {
      const watch = { runId, resolve: () => undefined, known: [], inconclusive: 0 }
      const isEmpty = findEmpty(new Set([watch]), groups, census).length > 0
      if (isEmpty) conclude(watch)
      return isEmpty
    },
    isOccupied(pid) {
      const group = groups.ledBy(pid)
      return group !== undefined && mayHaveMembers(group)
    },
  }
}

type GroupIndex = ReturnType<typeof createGroupIndex>

/** Groups by leader and by every run they are part of. */
function createGroupIndex() {
  const byLeader = new Map<number, Group>()
  const byRun = new Map<string, Set<Group>>()
  return {
    of: (runId: string): readonly Group[] => [...(byRun.get(runId) ?? [])],
    ledBy: (pid: number) => byLeader.get(pid),
    add(group: Group) {
      byLeader.set(group.leader.pid, group)
      for (const run of runsOf(group.runId)) byRun.set(run, (byRun.get(run) ?? new Set()).add(group))
    },
    remove(group: Group) {
      // Its number may lead another group by now.
      if (byLeader.get(group.leader.pid) === group) byLeader.delete(group.leader.pid)
      for (const run of runsOf(group.runId)) {
        byRun.get(run)?.delete(group)
        if (byRun.get(run)?.size === 0) byRun.delete(run)
      }
    },
  }
}

/** Signals processes that left their group; all that is asked for in one turn of the event loop costs one pass. */
function createStrayPost(groups: GroupIndex, census: RunCensus): (runId: string, signal: string) => void {
  let asked = new Map<string, string>()
  const deliver = () => {
    const signals = asked
    asked = new Map()
    const { runs } = census.take(new Set(signals.keys()))
    for (const [runId, signal] of signals) {
      const strays = (runs.get(runId) ?? []).filter((pid) => groups.ledBy(readStat(pid)?.group ?? 0) === undefined)
      for (const pid of strays) sendSignal(pid, signal)
    }
  }
  return (runId, signal) => {
    if (asked.size === 0) setImmediate(deliver)
    asked.set(runId, signal)
  }
}

/** The watches whose run is empty now. The cheap questions come first; most polls need no census. */
function findEmpty(watches: ReadonlySet<Watch>, groups: GroupIndex, census: RunCensus): Watch[] {
  const undecided = [...watches].filter(
    (watch) => !watch.known.some(isAlive) && !groups.of(watch.runId).some(leaderLives),
  )
  if (undecided.length === 0) return []
  const occupied = undecided.flatMap((watch) => groups.of(watch.runId).filter(mayHaveMembers))
  const inGroups = liveMembers(new Set(occupied.map((group) => group.leader.pid)))
  const { runs, conclusive } = census.take(new Set(undecided.map((watch) => watch.runId)))
  return undecided.filter((watch) => {
    const ofGroups = groups.of(watch.runId).flatMap((group) => inGroups.get(group.leader.pid) ?? [])
    const members = new Set([...ofGroups, ...(runs.get(watch.runId) ?? [])])
    watch.known = [...members].map(identify).filter((found) => found !== undefined)
    if (members.size > 0) return false
    watch.inconclusive += conclusive ? 0 : 1
    return conclusive || watch.inconclusive >= INCONCLUSIVE_MAX
  })
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
