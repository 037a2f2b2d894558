import type { Clock } from "../../ports/clock.ts"
import type { Guard, Write } from "../cluster-store.ts"
import { type ElectionStep, type Electorate, electionStep } from "./election.ts"
import { ringKey } from "./keys.ts"
import { memberHealth } from "./member-health.ts"
import type { CandidateRecord, ElectionRecord, LeaderRecord } from "./records.ts"
import type { Ring } from "./ring.ts"
import type { RingState } from "./ring-state.ts"

export type ElectorContext = Readonly<{
  ring: Ring
  /** Name of the ring. */
  name: string
  group: string
  clock: Clock
  /** How long members who have not said how suitable they are are waited for. */
  patienceMs: number
  /** Runs the suitability hook of our service; never rejects. */
  suitability: () => Promise<bigint>
}>

/** Our part in the elections of one group. */
export interface Elector {
  /** No part any more: our candidacy is taken back, and the lead given up if it is ours. */
  stop(): Promise<void>
}

type Part = ElectorContext &
  Readonly<{
    leaderKey: string
    state: {
      leaderlessSinceMs: number | undefined
      /** What the hook said for a term; undefined until it did. */
      posting: { readonly term: number; answer: string | undefined } | undefined
      claimed: Readonly<{ life: number; fence: number }> | undefined
      isActing: boolean
      isStopped: boolean
      cancel: () => void
    }
  }>

/** Takes part in the elections of a group from now on: a step at every change of the ring. */
export function takePart(context: ElectorContext): Elector {
  const part: Part = {
    ...context,
    leaderKey: ringKey(context.name, "leaders", context.group),
    state: {
      leaderlessSinceMs: undefined,
      posting: undefined,
      claimed: undefined,
      isActing: false,
      isStopped: false,
      cancel: () => undefined,
    },
  }
  const unsubscribe = context.ring.subscribe(() => look(part))
  queueMicrotask(() => look(part))
  return {
    stop: () => {
      unsubscribe()
      return stop(part)
    },
  }
}

function look(part: Part): void {
  const { ring, group, clock, state } = part
  state.cancel()
  if (state.isStopped || state.isActing || ring.health().tag === "stale" || !ring.isMember()) return
  const leader = ring.state().leaders.get(group)
  if (leader === undefined) state.leaderlessSinceMs ??= clock.monotonicMs()
  else state.leaderlessSinceMs = undefined
  if (leader?.member === ring.memberId && !isOurs(part, leader.fence))
    return act(part, keepLead(part, leader.fence, leader))
  follow(part, electionStep(ring.state(), electorateOf(part)))
}

function electorateOf({ ring, group, clock, patienceMs, state }: Part): Electorate {
  const nowMs = clock.monotonicMs()
  return {
    me: ring.memberId,
    group,
    alive: aliveIn(ring.state(), group, ring.memberId, nowMs),
    leaderlessMs: nowMs - (state.leaderlessSinceMs ?? nowMs),
    patienceMs,
  }
}

/** Members with a service in the group whose lease lives; we count ourselves before the store does. */
function aliveIn(state: RingState, group: string, me: string, nowMs: number): string[] {
  const others = [...(state.services.get(group)?.keys() ?? [])].filter((id) => {
    const member = state.members.get(id)
    return id !== me && member !== undefined && memberHealth(member, nowMs) === "alive"
  })
  return [me, ...others]
}

function isOurs({ ring, state }: Part, fence: number): boolean {
  return state.claimed?.life === ring.life() && state.claimed.fence === fence
}

function follow(part: Part, step: ElectionStep): void {
  const { ring, group, clock, state } = part
  switch (step.tag) {
    case "settled":
      state.posting = undefined
      return ring.show("candidates", group, undefined)
    case "wait":
      state.cancel = clock.schedule(step.waitMs, () => look(part))
      return
    case "post":
      return post(part, step.term)
    case "claim":
      return act(part, claim(part, step.term, step.suitability))
  }
}

/** The hook runs once for each term; what it said is shown again when a lost lease took it away. */
function post(part: Part, term: number): void {
  const { ring, group, state } = part
  if (state.posting?.term !== term) {
    const posting: { term: number; answer: string | undefined } = { term, answer: undefined }
    state.posting = posting
    void part.suitability().then((suitability) => {
      posting.answer = String(suitability)
      look(part)
    })
  }
  const { answer } = state.posting
  if (answer !== undefined) ring.show("candidates", group, { suitability: answer, term } satisfies CandidateRecord)
}

/** One write at a time. What it changed is told by the ring; where it failed, it is looked at again after a while. */
function act(part: Part, acting: Promise<void>): void {
  const { state, clock, patienceMs } = part
  state.isActing = true
  void acting.then(() => {
    state.isActing = false
    if (!state.isStopped) state.cancel = clock.schedule(patienceMs, () => look(part))
  })
}

async function claim(part: Part, term: number, suitability: string): Promise<void> {
  const { ring, name, group, leaderKey } = part
  const last = ring.state().elections.get(group)
  const key = ringKey(name, "elections", group)
  const decided: Guard =
    last === undefined ? { tag: "absent", key } : { tag: "unchanged", key, revision: last.revision }
  const election: ElectionRecord = { member: ring.memberId, term }
  await lead(part, [{ tag: "absent", key: leaderKey }, decided], { member: ring.memberId, suitability, term }, [
    { tag: "put", key, value: JSON.stringify(election) },
  ])
}

/** Ours from before our lease, or this process: the same lead, with the same fence, under the lease of now. */
function keepLead(part: Part, fence: number, { member, suitability, term }: LeaderRecord): Promise<void> {
  const guard: Guard = { tag: "made-at", key: part.leaderKey, createRevision: fence }
  return lead(part, [guard], { member, suitability, term }, [], fence)
}

async function lead(
  { ring, leaderKey, state }: Part,
  guards: readonly Guard[],
  leader: LeaderRecord,
  durable: readonly Write[],
  fence?: number,
): Promise<void> {
  const life = ring.life()
  const commit = await ring.commit(guards, [{ tag: "put", key: leaderKey, value: JSON.stringify(leader) }], durable)
  if (commit.tag === "committed") state.claimed = { life, fence: fence ?? commit.revision }
}

async function stop({ ring, group, leaderKey, state }: Part): Promise<void> {
  state.isStopped = true
  state.cancel()
  ring.show("candidates", group, undefined)
  if (state.claimed === undefined) return
  const guard: Guard = { tag: "made-at", key: leaderKey, createRevision: state.claimed.fence }
  await ring.commit([guard], [{ tag: "delete", key: leaderKey }])
}
