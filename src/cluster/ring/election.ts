import type { CandidateRecord } from "./records.ts"
import type { RingState } from "./ring-state.ts"

/** What is to be known of one group for a member to know its part in the election. */
export type Electorate = Readonly<{
  me: string
  group: string
  /** Members of the group whose lease lives, in any order; with us. */
  alive: readonly string[]
  /** How long no leader has been known, in milliseconds. */
  leaderlessMs: number
  /** How long those who have not posted are waited for. */
  patienceMs: number
}>

/** `term` is the one that is being elected. */
export type ElectionStep =
  /** Somebody leads. */
  | Readonly<{ tag: "settled" }>
  /** Say how suitable we are. */
  | Readonly<{ tag: "post"; term: number }>
  /** Wait for others to say so, or for the winner; look again after `waitMs` at the latest. */
  | Readonly<{ tag: "wait"; waitMs: number }>
  /** We are the best of those who posted. */
  | Readonly<{ tag: "claim"; term: number; suitability: string }>

/**
 * One step of the election of decisions 33, as a function of what is known: each live member posts its suitability; when
 * all have, or their time is over, the best takes the leader's key, which only one can make. Ties go to the greater
 * member id. A leader stays until its key goes: nobody unseats it.
 */
export function electionStep(state: RingState, electorate: Electorate): ElectionStep {
  const { me, group, alive, leaderlessMs, patienceMs } = electorate
  if (state.leaders.has(group)) return { tag: "settled" }
  const term = (state.elections.get(group)?.term ?? 0) + 1
  // Sets: groups of hundreds of members ask this at every change.
  const living = new Set(alive)
  const posted = [...(state.candidates.get(group) ?? [])].filter(
    ([member, record]) => record.term === term && living.has(member),
  )
  const own = posted.find(([member]) => member === me)
  if (own === undefined) return { tag: "post", term }
  const answered = new Set(posted.map(([member]) => member))
  const isComplete = alive.every((member) => answered.has(member))
  if (!isComplete && leaderlessMs < patienceMs) return { tag: "wait", waitMs: patienceMs - leaderlessMs }
  const best = bestCandidate(posted)
  if (best?.[0] === me) return { tag: "claim", term, suitability: own[1].suitability }
  return { tag: "wait", waitMs: patienceMs }
}

type Posted = readonly [string, CandidateRecord]

/** Who wins among those who posted. */
export function bestCandidate(posted: Iterable<Posted>): Posted | undefined {
  return [...posted].sort(bySuitability)[0]
}

function bySuitability([a, left]: Posted, [b, right]: Posted): number {
  const [leftRank, rightRank] = [rankOf(left.suitability), rankOf(right.suitability)]
  if (leftRank !== rightRank) return leftRank > rightRank ? -1 : 1
  return a > b ? -1 : 1
}

function rankOf(suitability: string): bigint {
  return /^\d{1,20}$/.test(suitability) ? BigInt(suitability) : 0n
}
