import type { SupervisorContext } from "../context.ts"
import type { Roster } from "../roster.ts"
import { healthOf } from "../service/status.ts"
import type { DependencyCondition } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"
import { standingsOf } from "../views.ts"
import { bindsMet } from "./census.ts"

/** The services that may be depended on, and those whose set has not come to them yet. */
export type GateRoster = Pick<Roster, "services" | "heldBack">

/** Why a service may not start yet, besides its binds: one phrase each. Empty when only binds can keep it. */
export function awaitedBefore({ services, heldBack }: GateRoster, held: Supervised): readonly string[] {
  const why = heldBack.get(held.name)
  const dependencies = Object.entries(held.spec.own.dependsOn ?? {}).flatMap(([name, condition]) => {
    const unmet = unmetDependency(services.get(name), name, condition)
    return unmet === undefined ? [] : [unmet]
  })
  const replaced = held.isReplacing ? ["the hooks after the removal of what it replaces"] : []
  return [...(why === undefined ? [] : [why]), ...replaced, ...dependencies]
}

/** Whether a service may start: its set lets it, what it depends on is up, and strict binds are satisfied. */
export function mayStart(context: SupervisorContext, roster: GateRoster, held: Supervised): boolean {
  if (awaitedBefore(roster, held).length > 0) return false
  if (held.release === undefined || held.spec.binds.length === 0) return true
  return bindsMet(held.spec, standingsOf(context, roster.services.values(), held.spec, held.release))
}

/** Tells services that are held back, or depend on others, when they may start and when not. */
export function checkGates(context: SupervisorContext, roster: Roster): void {
  for (const held of roster.services.values()) {
    const { dependsOn, set } = held.spec.own
    const isFree = dependsOn === undefined && set === undefined && !roster.heldBack.has(held.name) && !held.isReplacing
    if (isFree && held.service.bindsMet) continue
    const may = mayStart(context, roster, held)
    if (may !== held.service.bindsMet) roster.post(held, { tag: may ? "binds-met" : "binds-unmet" })
  }
}

function unmetDependency(
  held: Supervised | undefined,
  name: string,
  condition: DependencyCondition,
): string | undefined {
  if (held === undefined) return `${name}, which is not loaded here`
  if (hasFinished(held)) return undefined
  const { state } = held.service
  if (state.tag !== "up" && state.tag !== "leaving") return `${name}, which is not up`
  if (condition === "started" || !held.service.settings.hooks.includes("health-check")) return undefined
  const health = healthOf(held.service)
  return health === "ok" || health === "warning" ? undefined : `${name}, whose health is ${health}`
}

/** It was for one task and ended well. */
function hasFinished({ service: { state } }: Supervised): boolean {
  return state.tag === "down" && state.why === "finished"
}
