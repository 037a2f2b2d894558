import type { Say } from "../context.ts"

/** Who is looked for updates of, as far as this is concerned. */
type Follower = Readonly<{ group: string }>

export type Outages = Readonly<{
  /** Looking failed for this reason. */
  failed(follower: Follower, why: string): void
  /** Looking worked. */
  worked(follower: Follower): void
}>

/**
 * Says that looking for updates fails when it begins to, and when the reason becomes another one; and that it works again.
 * A depot may be away for days, and is asked every minute.
 */
export function createOutages(say: Say): Outages {
  const reasons = new WeakMap<Follower, string>()
  return {
    failed(follower, why) {
      if (reasons.get(follower) === why) return
      reasons.set(follower, why)
      say(follower.group, "SU", `Looking for an update failed: ${why}; it is tried again, and said when it works`)
    },
    worked(follower) {
      if (reasons.delete(follower)) say(follower.group, "SU", "Looking for updates works again")
    },
  }
}
