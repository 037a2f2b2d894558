import type { UpdateStatus } from "../gateway/status.ts"
import type { Supervised } from "../supervised.ts"
import { hasCheck, runsNewest, STEADY_SEC } from "./update-self.ts"

/** How far the update of a service is; null where there is nothing to tell. */
export function updateStatusOf(held: Supervised): UpdateStatus | null {
  const { rollout } = held
  const step = rollout?.step()
  const record = rollout?.record()
  if (step === undefined || record === undefined) return null
  const { package: release, rejected, from } = record
  switch (step.tag) {
    case "wait": {
      const first = step.member === undefined ? "its group has a leader" : `the member ${step.member} is through`
      return { step: "waits", release, text: `goes over to ${release} when ${first}` }
    }
    case "take":
    case "go":
      return { step: "goes-over", release, text: `goes over to ${release}` }
    case "prove": {
      if (!runsNewest(held)) return { step: "goes-over", release, text: `goes over to ${release}` }
      const proof = hasCheck(held) ? "become healthy" : `stay up for ${STEADY_SEC} seconds`
      return { step: "is-proved", release, text: `runs ${release}, which has to ${proof}` }
    }
    case "reached":
      return { step: "is-proved", release, text: `runs ${release}, which is healthy; that is being written down` }
    case "rest": {
      if (rejected === undefined || from !== undefined) return null
      const text = `${rejected.package} is not tried again: ${rejected.why} on the member ${rejected.member}`
      return { step: "rejected", release: rejected.package, text }
    }
  }
}
