import { stringifyIdent, tryParseIdent } from "../../package/ident.ts"
import type { Provider } from "../../program/provider.ts"
import type { Resource } from "../../program/resource.ts"
import { serviceNameOf, specOfInputs } from "../../program/service-inputs.ts"
import type { Result } from "../../program/state.ts"
import { type LoadRequest, loadService, unloadServices, wantServices } from "../../supervisor/control/operations.ts"
import type { ServiceStatus } from "../../supervisor/gateway/status.ts"
import { stringifyBind } from "../../supervisor/spec/print.ts"
import { findSpec } from "../../supervisor/spec/spec-files.ts"
import type { CommandContext } from "../command.ts"
import { openStore } from "../installed.ts"
import { askIfRunning, operate, operationContext } from "../operations.ts"
import { waitFor } from "../waiting/wait-for.ts"
import { waitForChanges } from "../waiting/wait-for-changes.ts"

/** Services as resources: loaded, loaded again with other options, unloaded; each waited for where a supervisor runs. */
export function serviceProvider(context: CommandContext, timeoutSec: number | undefined): Provider {
  const load = async (resource: Resource, force: boolean, again: boolean): Promise<Result> => {
    const request = { ...requestOf(context, resource), force, waits: true }
    const name = serviceNameOf(resource)
    const { supervised, result } = await operate(context, { path: "/services/load", body: request }, (operations) =>
      loadService(operations, request),
    )
    const choice = { ident: name }
    await waitForChanges(context, result.changes ?? [], { through: "done", timeoutSec })
    if (supervised && again) {
      // A service that failed and is loaded as before would wait for its back-off.
      await operate(context, { path: "/services/start", body: choice }, (operations) =>
        wantServices(operations, choice, "up"),
      )
    }
    if (supervised) await waitFor(context, { names: [name], goal: "started", timeoutSec })
    return resultOf(context, name, request.ident)
  }
  return {
    create: (resource, { again }) => load(resource, again, again),
    update: (resource) => load(resource, true, true),
    async remove(old) {
      const name = serviceNameOf(old)
      if (findSpec(operationContext(context), name) === undefined) return
      const choice = { ident: name }
      const body = { ...choice, waits: true }
      const { supervised, result } = await operate(context, { path: "/services/unload", body }, (operations) =>
        unloadServices(operations, choice),
      )
      await waitForChanges(context, result.changes ?? [], { through: "done", timeoutSec })
      if (supervised) await waitFor(context, { names: [name], goal: "unloaded", timeoutSec })
    },
  }
}

/** The whole of what is wanted: what is not declared has its default again. */
function requestOf({ host }: CommandContext, resource: Resource): LoadRequest {
  const spec = specOfInputs(resource, host.env)
  const { configFrom, shutdownTimeoutSec } = spec
  return {
    ident: stringifyIdent(spec.ident),
    group: spec.group,
    channel: spec.channel,
    url: spec.bldrUrl,
    topology: spec.topology,
    strategy: spec.updateStrategy,
    updateCondition: spec.updateCondition,
    bindingMode: spec.bindingMode,
    bind: spec.binds.map(stringifyBind),
    healthCheckIntervalSec: spec.healthCheckIntervalMs / 1000,
    ...(configFrom === undefined ? {} : { configFrom }),
    ...(shutdownTimeoutSec === undefined ? {} : { shutdownTimeoutSec }),
    own: spec.own,
  }
}

async function resultOf(context: CommandContext, name: string, ident: string): Promise<Result> {
  const services = await askIfRunning<readonly ServiceStatus[]>(context, { method: "GET", path: "/services" })
  const status = services?.find((service) => service.name === name)
  const wish = tryParseIdent(ident)
  const found = wish === undefined ? undefined : openStore(context).find(wish)
  const release = status?.ident ?? (found === undefined ? ident : stringifyIdent(found.ident))
  const { pid = null, state = "down", health = "unknown" } = status ?? {}
  return { id: release, outputs: { release, pid, state, health } }
}
