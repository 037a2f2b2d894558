import { bestCandidate } from "../../cluster/ring/election.ts"
import type { CandidateRecord } from "../../cluster/ring/records.ts"
import type { RingState } from "../../cluster/ring/ring-state.ts"
import { updateLeader } from "../../cluster/ring/rollout.ts"
import type { TemplateTable, TemplateValue } from "../../templating/values.ts"

/** What is known of a ring. `nowMs` is on the monotonic clock. */
export type RingFacts = Readonly<{ state: RingState; nowMs: number }>

/** The elections of a ring as rumors (spec supervisor §7.4): finished where there is a leader, running where there are candidates. */
export function electionList(ring: RingFacts | undefined): TemplateTable {
  if (ring === undefined) return {}
  const { candidates, leaders } = ring.state
  const running = tableOf(candidates, (posted, group) => {
    const best = bestCandidate(posted)
    if (best === undefined) return undefined
    const [member, record] = best
    return { election: electionObject(group, "Running", { member, ...record }, [...posted.keys()]) }
  })
  const finished = tableOf(leaders, (leader, group) => ({
    election: electionObject(group, "Finished", leader, [leader.member]),
  }))
  return { ...running, ...finished }
}

/** Who looks for updates: nobody is elected, it is the first of those that take part. */
export function updateElectionList(ring: RingFacts | undefined): TemplateTable {
  if (ring === undefined) return {}
  const { state, nowMs } = ring
  return tableOf(state.services, (_, group) => {
    const member = updateLeader(state, group, nowMs)
    if (member === undefined) return undefined
    const term = state.updates.get(group)?.incarnation ?? 0
    return { election: electionObject(group, "Finished", { member, suitability: "0", term }, [member]) }
  })
}

function electionObject(
  group: string,
  status: "Running" | "Finished",
  { member, suitability, term }: CandidateRecord & Readonly<{ member: string }>,
  votes: readonly string[],
): TemplateTable {
  const rank = wholeNumber(suitability)
  return { from_id: member, member_id: member, service_group: group, term, suitability: rank, status, votes }
}

/** An object of each entry; those without one are left out. */
export function tableOf<T>(
  entries: Iterable<readonly [string, T]>,
  objectOf: (value: T, key: string) => TemplateValue | undefined,
): TemplateTable {
  const objects = [...entries].flatMap(([key, value]) => {
    const object = objectOf(value, key)
    return object === undefined ? [] : [[key, object] as const]
  })
  return Object.fromEntries(objects)
}

/** A number of 64 bits from its text; 0 for what is none. */
export function wholeNumber(text: string): bigint {
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n
}
