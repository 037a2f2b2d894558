/** Somebody acted as the leader of its group at a moment; any clock, as long as it is one. */
export type Belief = Readonly<{ at: number; member: string; fence: number }>

/**
 * What is wrong with a history of who believed to lead: a fence that two members had, or a later leader whose fence is not
 * higher. Undefined: at most one leader was valid for each fence, and whoever refuses lower fences than the highest it has
 * seen is never written by two.
 */
export function problemOf(beliefs: readonly Belief[]): string | undefined {
  const owners = new Map<number, string>()
  const inOrder = [...beliefs].sort((a, b) => a.at - b.at || a.fence - b.fence)
  for (const { member, fence } of inOrder) {
    const owner = owners.get(fence)
    if (owner === undefined) {
      const higher = [...owners.keys()].find((other) => other > fence)
      if (higher !== undefined) return `${member} began to lead with fence ${fence} after there was ${higher}`
      owners.set(fence, member)
    } else if (owner !== member) return `fence ${fence} belonged to ${owner} and to ${member}`
  }
  return undefined
}

/** What a register that checks fences accepts of a history, in order: whose write it took. */
export function accepted(beliefs: readonly Belief[]): readonly Belief[] {
  let highest = 0
  return [...beliefs]
    .sort((a, b) => a.at - b.at)
    .filter(({ fence }) => {
      if (fence < highest) return false
      highest = fence
      return true
    })
}
