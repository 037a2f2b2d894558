import type { RestartCause } from "./service/change-response.ts"
import type { Effect, ServiceEvent } from "./service/messages.ts"
import type { Service } from "./service/service.ts"

/** Why a process ended that the operator did not end (spec supervisor §7.3). */
export type TerminationReason =
  | "package_updated"
  | "init_hook_failed"
  | "run_hook_failed"
  | "app_config_updated"
  | "init_hook_updated"
  | "run_hook_updated"
  | "post_run_hook_updated"

/** The last such end. `pid` is null when there was no process: init failed, or it could not be started. */
export type LastProcess = Readonly<{ pid: number | null; reason: TerminationReason; atMs: number }>

/** One step of a service, as those see it who only watch. */
export type TakenStep = Readonly<{
  before: Service
  event: ServiceEvent
  effects: readonly Effect[]
  /** What deciding and acting took. */
  tookMs: number
}>

const REASON_OF_CHANGE = {
  package: "package_updated",
  init: "init_hook_updated",
  run: "run_hook_updated",
  "post-run": "post_run_hook_updated",
  config: "app_config_updated",
} as const satisfies Record<RestartCause, TerminationReason>

/** Why this step ends a process that the operator did not end; undefined when it does not. */
export function terminationIn(step: Omit<TakenStep, "tookMs">, after: Service): TerminationReason | undefined {
  const { before, event, effects } = step
  if (after.life.endedByItself && !before.life.endedByItself) return "run_hook_failed"
  for (const effect of effects) {
    if (effect.tag !== "note") continue
    const { note } = effect
    if (note.tag === "change-restarts") return REASON_OF_CHANGE[note.cause]
    if (note.tag === "hooks-failed" && note.moment === "pre-start") return "init_hook_failed"
    if (note.tag === "start-failed") return "run_hook_failed"
  }
  const replaced = event.tag === "package-changed" && before.state.tag === "up" && after.state.tag !== "up"
  return replaced ? "package_updated" : undefined
}
