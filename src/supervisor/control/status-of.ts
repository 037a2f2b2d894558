import { stringifyIdent } from "../../package/ident.ts"
import type { SupervisorContext } from "../context.ts"
import type { ServiceStatus } from "../gateway/status.ts"
import { bindReports } from "../group/bind-reports.ts"
import { awaitedBefore } from "../group/gate.ts"
import { stringifyServiceGroup } from "../group/service-group.ts"
import type { Broken, Roster } from "../roster.ts"
import { explain, healthOf } from "../service/status.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"
import { updateStatusOf } from "../updates/update-status.ts"
import { serviceGroupOf } from "../views.ts"

/** What the control API says of every loaded service, in the order of their groups. */
export function statusOfAll(context: SupervisorContext, roster: Roster): ServiceStatus[] {
  const broken = [...roster.broken].filter(([name]) => !roster.services.has(name))
  const statuses = [
    ...[...roster.services.values()].map((held) => statusOf(context, roster, held)),
    ...broken.map(([name, one]) => statusOfBroken(context, name, one)),
    ...[...roster.creating].map(([name, { spec }]) => statusOfCreating(context, name, spec)),
  ]
  return statuses.sort((a, b) => (a.group < b.group ? -1 : 1))
}

/** What the control API says of one service. */
export function statusOf(context: SupervisorContext, roster: Roster, held: Supervised): ServiceStatus {
  const { service, spec, release } = held
  const nowMs = context.host.clock.monotonicMs()
  const { state, why, awaits } = explain(service, nowMs)
  const { refused, life } = service
  return {
    name: held.name,
    ident: stringifyIdent(release?.ident ?? spec.ident),
    group: held.group,
    desired: spec.desiredState,
    state: life.pid === undefined ? "down" : "up",
    phase: state,
    why,
    downBecause: service.state.tag === "down" ? service.state.why : null,
    awaits: [
      ...hooksBefore(held),
      ...(state === "blocked" ? [...unmetBinds(context, roster, held), ...awaitedBefore(roster, held)] : awaits),
    ],
    refused: refused === undefined ? null : `refused by its ${refused.moment} hook: ${refused.problem}`,
    pid: life.pid ?? null,
    elapsedSec: Math.floor((nowMs - held.upOrDownSinceMs) / 1000),
    health: healthOf(service),
    restarts: service.restarts,
    update: updateStatusOf(held),
  }
}

/** Hooks that a change of it waits for, one sentence each. */
function hooksBefore({ running }: Supervised): string[] {
  const events = [...running.values()].map(({ event }) => event)
  return (["pre-update", "pre-delete"] as const)
    .filter((event) => events.includes(event))
    .map((event) => `the end of its ${event} hooks`)
}

/** The binds a service waits for, one sentence each. */
function unmetBinds(context: SupervisorContext, roster: Roster, held: Supervised): string[] {
  return bindReports(context, roster.services.values(), held).flatMap(({ name, group, problem }) =>
    problem === null ? [] : [`the bind '${name}' to ${group}, ${problem}`],
  )
}

function statusOfBroken(context: SupervisorContext, name: string, { spec, problem }: Broken): ServiceStatus {
  const awaits = ["another spec, or another release of the package"]
  return statusOfAbsent(context, name, spec, { phase: "broken", why: problem, awaits })
}

function statusOfCreating(context: SupervisorContext, name: string, spec: ServiceSpec): ServiceStatus {
  const awaits = ["the end of its pre-create hooks"]
  return statusOfAbsent(context, name, spec, { phase: "creating", why: "it is loaded when its hooks allow it", awaits })
}

function statusOfAbsent(
  context: SupervisorContext,
  name: string,
  spec: ServiceSpec,
  told: Pick<ServiceStatus, "phase" | "why" | "awaits">,
): ServiceStatus {
  return {
    name,
    ident: stringifyIdent(spec.ident),
    group: stringifyServiceGroup(serviceGroupOf(context, spec)),
    desired: spec.desiredState,
    state: "down",
    ...told,
    downBecause: null,
    refused: null,
    pid: null,
    elapsedSec: 0,
    health: "unknown",
    restarts: 0,
    update: null,
  }
}
