import type { ServiceStatus } from "./status.ts"

/**
 * What somebody waits for. `up`, `down` and `healthy` are patient: whatever happens, it may still come. `started`,
 * `stopped` and `unloaded` follow an operation: what goes wrong with it ends the wait.
 */
export type Goal = "up" | "down" | "healthy" | "started" | "stopped" | "unloaded"

export type GoalStanding =
  | { readonly tag: "met" }
  | { readonly tag: "pending"; readonly why: string }
  | { readonly tag: "failed"; readonly why: string }

const MET: GoalStanding = { tag: "met" }
const pending = (why: string): GoalStanding => ({ tag: "pending", why })
const failed = (why: string): GoalStanding => ({ tag: "failed", why })

/** How far a service is from what is awaited. Undefined: it is not loaded. */
export function goalStanding(goal: Goal, status: ServiceStatus | undefined): GoalStanding {
  if (status === undefined) return absent(goal)
  const { phase, why, awaits, refused } = status
  const wait = pending([why, ...awaits.map((what) => `awaits ${what}`)].join("; "))
  switch (goal) {
    case "up":
      return phase === "up" ? MET : wait
    case "healthy":
      if (phase !== "up") return wait
      return status.health === "ok" || status.health === "warning" ? MET : pending(`its health is ${status.health}`)
    case "down":
      return phase === "down" || phase === "broken" ? MET : wait
    case "started":
      return refused === null ? startStanding(status, wait) : failed(refused)
    case "stopped":
      if (phase === "down" || phase === "broken") return MET
      return refused === null ? wait : failed(refused)
    case "unloaded":
      return refused === null ? wait : failed(refused)
  }
}

/** A service that failed starts again by itself, but who asked for the start should hear of it. */
function startStanding({ phase, why, downBecause }: ServiceStatus, wait: GoalStanding): GoalStanding {
  // A service that was for one task and ended well did start.
  if (phase === "up" || downBecause === "finished") return MET
  return phase === "down" || phase === "waiting" || phase === "broken" ? failed(why) : wait
}

function absent(goal: Goal): GoalStanding {
  if (goal === "down" || goal === "stopped" || goal === "unloaded") return MET
  return goal === "started" ? failed("it is not loaded") : pending("it is not loaded")
}
