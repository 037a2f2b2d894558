import { awaitedBefore } from "../group/gate.ts"
import type { StateTag } from "../service/service.ts"
import { explain } from "../service/status.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"
import { changeProblem, isChanged } from "./set-changes.ts"
import type { SetTask } from "./set-runner.ts"

/** Nothing of the service is alive, and nothing is being done about it. */
export const AT_REST: readonly StateTag[] = ["down", "blocked", "waiting", "gone"]

/** Up with its post-start hooks over, given up, waiting to be tried again after a failure, or waiting for one of the set that has such a result. */
export function hasResult(task: SetTask, held: Supervised, seen: readonly string[] = []): boolean {
  const { state, settings } = held.service
  if (state.tag === "waiting") return true
  if (state.tag === "up") return held.postStart === "finished" || !settings.hooks.includes("post-start")
  if (state.tag === "down") return state.why !== "stopped" && state.why !== "never-started"
  if (state.tag !== "blocked" || seen.includes(held.name)) return false
  return Object.keys(held.spec.own.dependsOn ?? {}).some((name) => {
    const other = task.context.roster.services.get(name)
    return other !== undefined && !hasStarted(other.service.state) && hasResult(task, other, [...seen, held.name])
  })
}

function hasStarted(state: Supervised["service"]["state"]): boolean {
  return state.tag === "up" || (state.tag === "down" && state.why === "finished")
}

/** No hook around its creation or change is to run, or they wait for another one that did not come up. */
export function isSettled(task: SetTask, { ident: { name }, own }: ServiceSpec): boolean {
  if (isChanged(task, name)) return true
  const { services } = task.context.roster
  return Object.keys(own.dependsOn ?? {}).some((other) => {
    const held = services.get(other)
    if (held === undefined) return changeProblem(task, other) !== undefined
    return isChanged(task, other) && hasResult(task, held) && !hasStarted(held.service.state)
  })
}

/** Why a service that was to start did not; undefined where it did. */
export function startProblem(task: SetTask, { ident: { name } }: ServiceSpec): string | undefined {
  const { roster } = task.context
  const ofChange = changeProblem(task, name)
  if (ofChange !== undefined) return ofChange
  const problem = roster.broken.get(name)?.problem
  if (problem !== undefined) return `${name}: ${problem}`
  const held = roster.services.get(name)
  if (held === undefined) return `${name}: it waits for what it depends on`
  return hasStarted(held.service.state) ? undefined : `${name}: ${whyNot(task, held)}`
}

/** Nothing of it is alive, and no hook around its removal is to run; or hooks refused that. */
export function isDown(task: SetTask, { ident: { name } }: ServiceSpec): boolean {
  const held = task.context.roster.services.get(name)
  if (!isChanged(task, name)) return false
  if (held === undefined || changeProblem(task, name) !== undefined) return true
  return held.service.state.tag === "down" || isRefused(held)
}

function whyNot({ context }: SetTask, held: Supervised): string {
  if (held.service.state.tag === "blocked") return `it waits for ${awaitedBefore(context.roster, held).join(", ")}`
  return explain(held.service, 0).why
}

/** Those of these services that are loaded. */
export function heldOf({ context }: SetTask, specs: readonly ServiceSpec[]): Supervised[] {
  return specs.flatMap(({ ident }) => context.roster.services.get(ident.name) ?? [])
}

/** Whether something of the service is alive, or being done about it. */
export function isAlive(held: Supervised | undefined): boolean {
  return held !== undefined && !AT_REST.includes(held.service.state.tag)
}

/** Whether a hook refused what was last asked of the service. */
export function isRefused(held: Supervised): boolean {
  return held.service.refused !== undefined
}

/** The services as a sentence names them. */
export function namesOf(specs: readonly ServiceSpec[]): string {
  return specs.map(({ ident }) => ident.name).join(", ")
}
