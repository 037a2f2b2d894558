import type { Member } from "./ring-state.ts"

/** In the words of the census (spec supervisor §6.2), from best to worst. */
export type MemberHealth = "alive" | "suspect" | "confirmed" | "departed"

/** Its lease ran out: the store waited for that already, so what follows is short. */
export const SUSPECT_MS = 3_000
const FORGET_MS = 3 * 24 * 60 * 60 * 1000

/** How a member is. `nowMs` is on the monotonic clock. */
export function memberHealth({ lostMs }: Pick<Member, "lostMs">, nowMs: number): MemberHealth {
  if (lostMs === undefined) return "alive"
  const goneMs = nowMs - lostMs
  if (goneMs < SUSPECT_MS) return "suspect"
  return goneMs < FORGET_MS ? "confirmed" : "departed"
}

/** When the health of one of these members changes next by itself, in milliseconds from now; undefined: never. */
export function nextHealthChangeMs(members: Iterable<Member>, nowMs: number): number | undefined {
  let least = Number.POSITIVE_INFINITY
  for (const { lostMs } of members) {
    if (lostMs === undefined) continue
    for (const untilMs of [SUSPECT_MS, FORGET_MS]) {
      const waitMs = lostMs + untilMs - nowMs
      if (waitMs > 0) least = Math.min(least, waitMs)
    }
  }
  return least === Number.POSITIVE_INFINITY ? undefined : Math.ceil(least)
}
