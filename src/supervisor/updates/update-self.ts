import type { RolloutSelf } from "../../cluster/ring/rollout-part.ts"
import { isFullIdent, stringifyIdent } from "../../package/ident.ts"
import type { Supervised } from "../supervised.ts"

/** A service without a health check counts as healthy once it has been up so long. */
export const STEADY_SEC = 10

/** What the releases of a service have to answer; undefined for one that takes part in no update at the moment. */
export function updateWish({ spec, leaving, service }: Supervised): string | undefined {
  const isThere = !leaving && service.state.tag !== "gone" && service.state.tag !== "detached"
  const isUpdated = spec.updateStrategy !== "none" && spec.desiredState === "up" && spec.own.command === undefined
  return isThere && isUpdated && !isFullIdent(spec.ident) ? stringifyIdent(spec.ident) : undefined
}

/** Whether its health is told by a check; otherwise by how long it is up. */
export function hasCheck({ service }: Supervised): boolean {
  return service.settings.hooks.includes("health-check")
}

/** No other release waits for its next run. */
export function runsNewest({ release, upcoming }: Supervised): boolean {
  return upcoming === undefined || upcoming.pkg.path === release?.pkg.path
}

/** What a service tells of itself for the update of its group. `nowMs` is on the monotonic clock. */
export function updateSelf(held: Supervised, leaderLast: boolean, nowMs: number): RolloutSelf | undefined {
  const { service, spec, upcoming } = held
  const wish = updateWish(held)
  const release = upcoming ?? held.release
  if (wish === undefined || release === undefined) return undefined
  const isOn = runsNewest(held) && service.state.tag === "up"
  const steadyInMs = isOn && !hasCheck(held) ? (service.life.upSinceMs ?? nowMs) + STEADY_SEC * 1000 - nowMs : undefined
  const { rollbackAfterSec = 0 } = spec.own
  return {
    wish,
    running: stringifyIdent(release.pkg.ident),
    settled: isOn && (steadyInMs === undefined ? service.health.standing === "ready" : steadyInMs <= 0),
    leaderLast,
    ...(steadyInMs === undefined || steadyInMs <= 0 ? {} : { settlesInMs: steadyInMs }),
    ...(rollbackAfterSec === 0 ? {} : { patienceMs: rollbackAfterSec * 1000 }),
  }
}
