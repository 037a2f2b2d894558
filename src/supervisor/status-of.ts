import { stringifyIdent } from "../package/ident.ts"
import type { ServiceStatus } from "./gateway/status.ts"
import { explain } from "./service/status.ts"
import type { Supervised } from "./supervised.ts"

/** What the control API says of a service. */
export function statusOf(held: Supervised, nowMs: number): ServiceStatus {
  const { service, spec, release } = held
  const { pid } = service.life
  const isUp = pid !== undefined
  const { state, why } = explain(service, nowMs)
  const checked = service.settings.hooks.includes("health-check")
  return {
    name: held.name,
    ident: stringifyIdent(release?.pkg.ident ?? spec.ident),
    group: held.group,
    desired: spec.desiredState,
    state: isUp ? "up" : "down",
    phase: state,
    why,
    pid: pid ?? null,
    elapsedSec: Math.floor((nowMs - held.upOrDownSinceMs) / 1000),
    health: checked ? service.health.status : isUp ? "ok" : "unknown",
    restarts: service.restarts,
  }
}
