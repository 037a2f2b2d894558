import { type PackageIdent, stringifyIdent } from "../package/ident.ts"
import type { SupervisorContext } from "./context.ts"
import type { ControlActions } from "./gateway/routes.ts"
import type { ServiceStatus } from "./gateway/status.ts"
import { loadService, type OperationContext, unloadService, wantService } from "./operations.ts"
import { stringifyServiceGroup } from "./service-group.ts"
import { statusOf } from "./status-of.ts"
import type { Supervisor } from "./supervisor.ts"
import { serviceGroupOf } from "./views.ts"

/** The operations on specs, with this supervisor looking at once at what they wrote. */
export function controlActions(context: SupervisorContext, supervisor: Supervisor): ControlActions {
  const operations: OperationContext = { ...context.host, layout: context.layout, store: context.store }
  const nameTimeout = ({ name }: PackageIdent, timeoutSec: number | undefined) => {
    const held = supervisor.roster.services.get(name)
    if (held !== undefined) held.stopTimeoutMs = timeoutSec === undefined ? undefined : timeoutSec * 1000
  }
  const thenLook = <T>(result: T): T => {
    supervisor.reconcile("manual")
    return result
  }
  return {
    load: (request) => thenLook(loadService(operations, request)),
    unload(ident, shutdownTimeoutSec) {
      const result = unloadService(operations, ident)
      nameTimeout(ident, shutdownTimeoutSec)
      return thenLook(result)
    },
    start: (ident) => thenLook(wantService(operations, ident, "up")),
    stop(ident, shutdownTimeoutSec) {
      const result = wantService(operations, ident, "down")
      nameTimeout(ident, shutdownTimeoutSec)
      return thenLook(result)
    },
    status: () => statusOfAll(context, supervisor),
  }
}

function statusOfAll(context: SupervisorContext, { roster }: Supervisor): ServiceStatus[] {
  const nowMs = context.host.clock.monotonicMs()
  const broken = [...roster.broken].filter(([name]) => !roster.services.has(name))
  return [
    ...[...roster.services.values()].map((held) => statusOf(held, nowMs)),
    ...broken.map(
      ([name, { spec, problem }]): ServiceStatus => ({
        name,
        ident: stringifyIdent(spec.ident),
        group: stringifyServiceGroup(serviceGroupOf(context, spec)),
        desired: spec.desiredState,
        state: "down",
        phase: "broken",
        why: problem,
        pid: null,
        elapsedSec: 0,
        health: "unknown",
        restarts: 0,
      }),
    ),
  ].sort((a, b) => (a.group < b.group ? -1 : 1))
}
