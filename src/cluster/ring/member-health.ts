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
  const waits = [...members].flatMap(({ lostMs }) => {
    if (lostMs === undefined) return []
    return [lostMs + SUSPECT_MS - nowMs, lostMs + FORGET_MS - nowMs].filter((wait) => wait > 0)
  })
  return waits.length === 0 ? undefined : Math.ceil(Math.min(...waits))
}
