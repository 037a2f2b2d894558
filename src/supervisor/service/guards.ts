import { type ChangeResponse, mergeChanges, NO_CHANGES, respondToChange } from "./change-response.ts"
import { takeAnswer } from "./health.ts"
import type { ServiceEvent } from "./messages.ts"
import { finishesService } from "./restart-policy.ts"
import type { Moments, Next, Service } from "./service.ts"
import type { Moment } from "./settings.ts"
import { hasHooks, skipEmpty } from "./step.ts"

type Guard = (service: Service, event: ServiceEvent) => boolean

const TABLE = {
  "another list follows": (service) => skipEmpty(service, momentsOf(service).slice(1)).length > 0,
  "the list is over": (service, event) => listProceeds(service, event),
  "the list failed": (service, event) => endOfList(service, event) !== undefined && !listProceeds(service, event),
  "pre-restart runs": ({ state }) => state.tag === "leaving" && state.moments[0] === "pre-restart",
  "forced by hand": (_, event) => "force" in event && event.force === true && event.reason !== "shutdown",
  "nobody asks by hand": (_, event) => event.tag === "restart" && event.reason !== "manual",
  "it was stopped on purpose": ({ state }) =>
    state.tag === "down"
      ? state.why === "stopped" || state.why === "never-started"
      : "next" in state && (state.next === "down" || state.next === "gone"),
  "another timeout was named": (_, event) => "timeoutMs" in event && event.timeoutMs !== undefined,
  "post-start is unfinished": (_, event) => event.tag === "found-alive" && event.postStart === "unfinished",
  "binds are unmet": (service) => !service.bindsMet,
  "inputs changed meanwhile": (service) => service.stale,
  "a change is being worked on": (service) => service.life.work !== "idle",
  "a stop was refused": (service) => refusedStop(service) !== undefined,
  "a hook had refused": (service) => service.refused !== undefined,
  "a restart is due": (service, event) => responseTo(service, event).tag === "restart",
  "a reconfigure is due": (service, event) => responseTo(service, event).tag === "reconfigure",
  "reconfigure is over": (_, event) => passed(event, "reconfigure"),
  "reconfigure failed": (_, event) => ended(event, "reconfigure") && !passed(event, "reconfigure"),
  "post-start is over": (_, event) => passed(event, "post-start"),
  "post-start failed": (_, event) => ended(event, "post-start") && !passed(event, "post-start"),
  "post-unhealthy is over": (_, event) => ended(event, "post-unhealthy"),
  "it restarts when unhealthy": ({ health, settings }) =>
    settings.onUnhealthy === "restart" && health.standing === "unhealthy",
  "it restarts and turns unhealthy": (service, event) =>
    service.settings.onUnhealthy === "restart" &&
    event.tag === "health-result" &&
    takeAnswer(service.health, event.answer, service.settings).turn === "post-unhealthy",
  "post-unhealthy is empty": (service) => !hasHooks(service, "post-unhealthy"),
  "it ended well for good": ({ settings }, event) =>
    event.tag === "process-exited" && finishesService(settings.restart, event.status),
  "post-stop is owed": (service) => service.life.initialized,
} as const satisfies Record<string, Guard>

export type GuardName = keyof typeof TABLE

/** Conditions of rows, by the words the table prints. */
export const GUARDS: Readonly<Record<GuardName, Guard>> = TABLE

/** The lists of the current state, the running one first. */
export function momentsOf({ state }: Service): Moments {
  return "moments" in state ? state.moments : []
}

/** Where the service was to stop, if a hook kept it from that. */
export function refusedStop({ refused }: Service): Next | undefined {
  return refused?.next === "down" || refused?.next === "gone" ? refused.next : undefined
}

/** What a running service does about what was rendered, this answer included. */
export function responseTo(service: Service, event: ServiceEvent): ChangeResponse {
  const { owed, newRelease } = service.life
  const changes = mergeChanges(owed, event.tag === "rendered" ? event.changes : NO_CHANGES)
  return respondToChange({ changes, newRelease, hasReconfigure: hasHooks(service, "reconfigure") })
}

/** How the list ended that the state waits for; undefined when the event is about another. */
function endOfList(service: Service, event: ServiceEvent): "passed" | "failed" | "timed-out" | undefined {
  if (event.tag !== "hooks-done" || event.moment !== momentsOf(service)[0]) return undefined
  return event.outcome.tag
}

/**
 * The list is over and the state goes on. Before a start any failure is one. A running service is kept by a hook that
 * says no, not by one that overran its deadline, and never against force or shutdown.
 */
function listProceeds(service: Service, event: ServiceEvent): boolean {
  const end = endOfList(service, event)
  if (end === undefined) return false
  const { state } = service
  if (state.tag === "cleaning" || end === "passed") return true
  if (state.tag !== "leaving") return false
  return end === "timed-out" || state.force
}

function ended(event: ServiceEvent, moment: Moment): boolean {
  return event.tag === "hooks-done" && event.moment === moment
}

function passed(event: ServiceEvent, moment: Moment): boolean {
  return event.tag === "hooks-done" && event.moment === moment && event.outcome.tag === "passed"
}

/** True when every condition holds. */
export function holds(names: readonly GuardName[], service: Service, event: ServiceEvent): boolean {
  return names.every((name) => GUARDS[name](service, event))
}
