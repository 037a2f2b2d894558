import { satisfies, tryParseIdent } from "../../package/ident.ts"
import { comparePartially } from "../../package/order.ts"
import { memberHealth } from "./member-health.ts"
import type { UpdateRecord } from "./records.ts"
import type { RingState } from "./ring-state.ts"

/** What a member has to know of itself. Identifiers are full ones, as texts. */
export type RolloutFacts = Readonly<{
  me: string
  group: string
  /** What its releases have to answer. */
  wish: string
  /** What it runs, or goes over to at this moment. */
  running: string
  /** It runs that, and is healthy. */
  settled: boolean
  /** The leader of the group goes over after all others. */
  leaderLast: boolean
  /** On the monotonic clock. */
  nowMs: number
}>

/** What a member does next for the update of its group. */
export type RolloutStep =
  /** Nothing is owed. */
  | Readonly<{ tag: "rest" }>
  /** Others come first: `member`, or nobody in particular while the group has no leader. */
  | Readonly<{ tag: "wait"; member: string | undefined; to: string }>
  /** The turn is given to us, or by us to who comes before us, if this record is the next one. */
  | Readonly<{ tag: "take"; record: UpdateRecord }>
  | Readonly<{ tag: "go"; to: string; verb: "update" | "roll-back" }>
  /** We went over, and have to become healthy. */
  | Readonly<{ tag: "prove"; record: UpdateRecord }>
  /** We are; to be written down. */
  | Readonly<{ tag: "reached"; record: UpdateRecord }>

type Participant = Readonly<{ id: string; package: string; wish: string; healthy: boolean }>

/**
 * One step of the update of a group, as a function of what is known. The turn is a field of one record that is only
 * replaced by who has seen its last version: at no time two members have it. It is free once its holder runs the release
 * and is healthy, or is gone. Nobody who is well goes over while somebody who went over is not. Whoever dies is waited for no longer than its
 * lease; whoever comes back goes over when it is its turn.
 */
export function rolloutStep(state: RingState, facts: RolloutFacts): RolloutStep {
  const { me, running } = facts
  const record = recordInForce(state, facts)
  if (record === undefined || record.done.includes(me)) return { tag: "rest" }
  const everybody = participantsOf(state, facts)
  if (running === record.package) return stepOnIt(record, everybody, facts)
  if (!everybody.some((one) => one.id === me && owes(record, one))) return { tag: "rest" }
  return stepBefore(record, everybody, facts, state.leaders.get(facts.group)?.member)
}

/** For a member that runs the release already. */
function stepOnIt(record: UpdateRecord, everybody: readonly Participant[], { me, settled }: RolloutFacts): RolloutStep {
  if (record.turn === me) {
    return settled ? { tag: "reached", record: { ...record, done: [...record.done, me] } } : { tag: "prove", record }
  }
  // It was thought dead while it went over: others wait for it, so it has to prove itself.
  const isAwaited = !settled && everybody.some((one) => owes(record, one))
  const isTaken = everybody.some((one) => one.id === record.turn && !record.done.includes(one.id))
  return isAwaited && !isTaken ? { tag: "take", record: { ...record, turn: me } } : { tag: "rest" }
}

/** For a member that has to go over. */
function stepBefore(
  record: UpdateRecord,
  everybody: readonly Participant[],
  { me, running, settled, leaderLast }: RolloutFacts,
  elected: string | undefined,
): RolloutStep {
  const { package: to } = record
  const isOurs = record.turn === me
  const go: RolloutStep = { tag: "go", to, verb: isLater(to, running) ? "update" : "roll-back" }
  if (isOurs && !settled) return go
  const give = (turn: string): RolloutStep => ({ tag: "take", record: { ...record, turn } })
  const busy = everybody.find((one) => one.id !== me && isBusy(record, one))
  if (busy !== undefined) {
    const mustProve = isOurs && !record.done.includes(busy.id)
    return mustProve ? give(busy.id) : { tag: "wait", member: busy.id, to }
  }
  if (leaderLast && elected === undefined) return { tag: "wait", member: undefined, to }
  const next = firstOf(
    everybody.filter((one) => owes(record, one)),
    leaderLast ? elected : undefined,
  )
  if (next === me) return isOurs ? go : give(me)
  return isOurs ? give(next) : { tag: "wait", member: next, to }
}

/** Who is unwell has nothing to lose and goes first; the leader goes last. */
function firstOf(waiting: readonly Participant[], leader: string | undefined): string {
  const rank = ({ id, healthy }: Participant) => (id === leader ? 2 : healthy ? 1 : 0)
  const [first] = [...waiting].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
  return first?.id ?? ""
}

/** How far the update of a group is: who went over, and who has to. Undefined without one. */
export function rolloutProgress(state: RingState, group: string, nowMs: number) {
  const record = recordOf(state, group)
  if (record === undefined) return undefined
  const waiting = othersIn(state, group, nowMs).filter((one) => owes(record, one) || isBusy(record, one))
  return { record, waiting: waiting.map(({ id }) => id).sort() }
}

/** The member that looks for new releases, for all: the first of those that take part. Undefined: nobody does. */
export function updateLeader(state: RingState, group: string, nowMs: number): string | undefined {
  return othersIn(state, group, nowMs)
    .map(({ id }) => id)
    .sort()[0]
}

/** Whether we look for new releases: no member that takes part comes before us. */
export function looksForUpdates(state: RingState, facts: RolloutFacts): boolean {
  return participantsOf(state, facts).every(({ id }) => id >= facts.me)
}

/** What the group runs or goes over to, as the ground for a decision, and what it must not try again. */
export function groundOf(state: RingState, facts: RolloutFacts): Readonly<{ current: string; rejected?: string }> {
  const record = recordInForce(state, facts)
  const isOnItsWay =
    record !== undefined && participantsOf(state, facts).some((one) => one.id === facts.me && owes(record, one))
  const rejected = recordOf(state, facts.group)?.rejected?.package
  return { current: isOnItsWay ? record.package : facts.running, ...(rejected === undefined ? {} : { rejected }) }
}

/**
 * The update that follows. A member that is half way over stays the one whose turn it is; the way back is to what was
 * last proved. `follows`: members with later releases go along.
 */
export function nextUpdate(
  state: RingState,
  facts: RolloutFacts,
  { to, tag, follows }: Readonly<{ to: string; tag: "update" | "roll-back"; follows: boolean }>,
): UpdateRecord {
  const before = recordOf(state, facts.group)
  const inForce = recordInForce(state, facts)
  const everybody = participantsOf(state, facts)
  const isUnderWay = inForce !== undefined && everybody.some((one) => owes(inForce, one) || isBusy(inForce, one))
  const proved = isUnderWay ? (inForce.from ?? inForce.package) : facts.running
  const isHeld = isUnderWay && everybody.some((one) => one.id === inForce.turn && !inForce.done.includes(one.id))
  const turn = isHeld ? inForce.turn : everybody.length === 1 ? facts.me : ""
  return {
    package: to,
    ...(tag === "update" && proved !== to ? { from: proved } : {}),
    goesBack: follows || tag === "roll-back",
    incarnation: (before?.incarnation ?? 0) + 1,
    turn,
    done: [],
    ...(before?.rejected === undefined ? {} : { rejected: before.rejected }),
  }
}

/** The way back of everybody, from a release that did not become healthy here. Undefined where there is none. */
export function wayBack(record: UpdateRecord, me: string, why: string): UpdateRecord | undefined {
  const { package: rejected, from, incarnation } = record
  if (from === undefined) return undefined
  return {
    package: from,
    goesBack: true,
    incarnation: incarnation + 1,
    turn: me,
    done: [],
    rejected: { package: rejected, member: me, why },
  }
}

/** The last update of a group; undefined for none, and for what is not a record of ours. */
export function recordOf(state: RingState, group: string): UpdateRecord | undefined {
  const there = state.updates.get(group)
  if (there === undefined) return undefined
  const { revision: _, ...record } = there
  const isOurs = typeof record.package === "string" && typeof record.turn === "string" && Array.isArray(record.done)
  return isOurs ? record : undefined
}

/** A record all of whose members are gone says nothing to those who came after them. */
function recordInForce(state: RingState, facts: RolloutFacts): UpdateRecord | undefined {
  const record = recordOf(state, facts.group)
  if (record === undefined) return undefined
  const known = [record.turn, ...record.done].filter((id) => id !== "")
  const isKnown = known.some((id) => id === facts.me || state.members.has(id))
  return known.length === 0 || isKnown ? record : undefined
}

function participantsOf(state: RingState, { me, group, wish, running, settled, nowMs }: RolloutFacts): Participant[] {
  const others = othersIn(state, group, nowMs).filter(({ id }) => id !== me)
  return [{ id: me, package: running, wish, healthy: settled }, ...others]
}

/** Members that take part and may be alive, as they show themselves. */
function othersIn(state: RingState, group: string, nowMs: number): Participant[] {
  return [...(state.services.get(group) ?? [])].flatMap(([id, { package: ident, wish, healthy }]) => {
    const member = state.members.get(id)
    if (wish === undefined || member === undefined) return []
    const health = memberHealth(member, nowMs)
    if (health !== "alive" && health !== "suspect") return []
    return [{ id, package: ident, wish, healthy: healthy && health === "alive" }]
  })
}

/** It has to go over, and can. */
function owes({ package: to, goesBack, done }: UpdateRecord, { id, package: from, wish }: Participant): boolean {
  const [target, wanted] = [tryParseIdent(to), tryParseIdent(wish)]
  if (target === undefined || wanted === undefined || !satisfies(target, wanted)) return false
  if (from === to || done.includes(id)) return false
  return goesBack || isLater(to, from)
}

/** It goes over at the moment, or is unwell on the release. */
function isBusy(record: UpdateRecord, one: Participant): boolean {
  const isOnIt = one.package === record.package
  const isOnItsWay = record.turn === one.id && !record.done.includes(one.id)
  return (isOnIt && !one.healthy) || (isOnItsWay && (isOnIt || owes(record, one)))
}

function isLater(a: string, b: string): boolean {
  const [one, other] = [tryParseIdent(a), tryParseIdent(b)]
  return one !== undefined && other !== undefined && comparePartially(one, other) === 1
}
