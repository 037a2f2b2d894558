import { hideSecrets } from "../../config/validate.ts"
import type { ConfigTable } from "../../config/value.ts"
import type { SystemView } from "../../templating/context.ts"
import type { SupervisorContext } from "../context.ts"
import { stringifyServiceGroup } from "../group/service-group.ts"
import type { LastProcess } from "../last-process.ts"
import type { Roster } from "../roster.ts"
import type { HealthStatus } from "../service/health.ts"
import type { BackoffPolicy } from "../service/restart-policy.ts"
import { healthOf } from "../service/status.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"
import { serviceGroupOf } from "../views.ts"
import { absentPackage, type PackageFacts } from "./package-facts.ts"

/** Everything the gateway tells of one service, as values. */
export type ServiceFacts = Readonly<{
  name: string
  group: string
  spec: ServiceSpec
  package: PackageFacts
  config: ConfigTable
  health: HealthStatus
  pid: number | undefined
  /** When it went up or down, milliseconds since the epoch. */
  enteredAtMs: number
  lastProcess: LastProcess | undefined
  nextRestartAtMs: number | undefined
  restarts: number
  /** Inputs changed that are not rendered yet. */
  stale: boolean
}>

/** What all services of a supervisor share. */
export type SupervisorFacts = Readonly<{
  sys: SystemView
  backoff: BackoffPolicy
  /** Host paths. */
  paths: Readonly<{ state: string; data: string; specs: string; memberId: string; lock: string }>
  /** Host path of a service's hooks and logs. */
  servicePaths: (name: string) => Readonly<{ hooks: string; logs: string }>
}>

type Now = Readonly<{ epochMs: number; monotonicMs: number }>

/** The loaded services, those that cannot be opened included, in the order of their groups; `only` one group if named. */
export function serviceFacts(
  context: SupervisorContext,
  { services, broken }: Pick<Roster, "services" | "broken">,
  packageOf: (held: Supervised) => PackageFacts,
  only?: string,
): ServiceFacts[] {
  const { clock } = context.host
  const now = { epochMs: clock.now(), monotonicMs: clock.monotonicMs() }
  const isWanted = (group: string) => only === undefined || only === group
  const opened = [...services.values()].filter(({ group }) => isWanted(group))
  const unopened = [...broken]
    .filter(([name]) => !services.has(name))
    .map(([, { spec }]) => ({ spec, group: stringifyServiceGroup(serviceGroupOf(context, spec)) }))
    .filter(({ group }) => isWanted(group))
  return [
    ...opened.map((held) => factsOf(held, packageOf(held), now)),
    ...unopened.map((one) => factsOfBroken(one, now)),
  ].sort((a, b) => (a.group < b.group ? -1 : 1))
}

function factsOf(held: Supervised, pkg: PackageFacts, now: Now): ServiceFacts {
  const { service } = held
  const { state, life } = service
  const atMs = (monotonicMs: number) => now.epochMs - (now.monotonicMs - monotonicMs)
  return {
    name: held.name,
    group: held.group,
    spec: held.spec,
    package: pkg,
    config: hideSecrets(held.config.value, held.config.isSecret),
    health: healthOf(service),
    pid: life.pid,
    enteredAtMs: atMs(life.pid === undefined ? held.upOrDownSinceMs : (life.upSinceMs ?? held.upOrDownSinceMs)),
    lastProcess: held.lastProcess,
    nextRestartAtMs: state.tag === "waiting" ? atMs(state.untilMs) : undefined,
    restarts: service.restarts,
    stale: service.stale,
  }
}

function factsOfBroken({ spec, group }: Readonly<{ spec: ServiceSpec; group: string }>, now: Now): ServiceFacts {
  return {
    name: spec.ident.name,
    group,
    spec,
    package: absentPackage(spec.ident),
    config: new Map(),
    health: "unknown",
    pid: undefined,
    enteredAtMs: now.epochMs,
    lastProcess: undefined,
    nextRestartAtMs: undefined,
    restarts: 0,
    stale: false,
  }
}
