import type { Roster } from "../roster.ts"
import { explain } from "../service/status.ts"
import type { Supervised } from "../supervised.ts"

/** What came of a change that is in force: it is done, or why it failed. Undefined: it is not over. */
export type Outcome = { readonly tag: "done" } | { readonly tag: "failed"; readonly problem: string } | undefined

const DONE = { tag: "done" } as const

/**
 * Whether a service that was created or changed is where it should be. Who waits hears of the first failure; for others
 * the supervisor goes on trying, and it is over when the service is up or given up.
 */
export function outcomeOf(roster: Pick<Roster, "services" | "broken">, held: Supervised, waits: boolean): Outcome {
  const { state, refused, life, stale, settings } = held.service
  const broken = roster.broken.get(held.name)
  if (broken !== undefined) return { tag: "failed", problem: broken.problem }
  if (roster.services.get(held.name) !== held) return { tag: "failed", problem: "it was unloaded meanwhile" }
  if (refused !== undefined)
    return { tag: "failed", problem: `refused by its ${refused.moment} hook: ${refused.problem}` }
  switch (state.tag) {
    case "up":
      if (life.work !== "idle" || stale) return undefined
      return held.postStart === "finished" || !settings.hooks.includes("post-start") || !waits ? DONE : undefined
    case "waiting":
      return waits ? { tag: "failed", problem: explain(held.service, 0).why } : undefined
    case "down":
      return state.why === "failed" ? { tag: "failed", problem: explain(held.service, 0).why } : DONE
    default:
      return undefined
  }
}

/** Whether nothing of the run is left that something else takes the place of; or it will not end. */
export function hasLeft(roster: Pick<Roster, "services" | "broken">, held: Supervised): boolean {
  const { state, refused } = held.service
  if (refused !== undefined || roster.broken.has(held.name) || roster.services.get(held.name) !== held) return true
  return ["down", "blocked", "waiting", "gone"].includes(state.tag)
}

/** Whether nothing of a service that is unloaded is left. */
export function removalOf(roster: Pick<Roster, "services">, held: Supervised): Outcome {
  if (roster.services.get(held.name) !== held) return DONE
  const { refused } = held.service
  if (refused === undefined) return undefined
  return { tag: "failed", problem: `refused by its ${refused.moment} hook: ${refused.problem}` }
}
