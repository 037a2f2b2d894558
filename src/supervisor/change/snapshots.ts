import { resolveExports } from "../../config/exports.ts"
import { printJson } from "../../config/json.ts"
import { hideSecrets } from "../../config/validate.ts"
import type { EventName } from "../../hooks/events.ts"
import type { EventRecord, Snapshot } from "../../hooks/record.ts"
import { stringifyIdent } from "../../package/ident.ts"
import { toJsonValue } from "../../templating/values.ts"
import { healthOf } from "../service/status.ts"
import { stringifyBind } from "../spec/print.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import type { Supervised } from "../supervised.ts"

type Values = Readonly<Record<string, unknown>>

/** What a service was declared as, for its hooks (spec lifecycle §C.5). Variables of a command are not told. */
export function inputsOf(spec: ServiceSpec): Values {
  const { own, binds, configFrom, shutdownTimeoutSec } = spec
  const { environment: _, ...command } = own.command ?? { environment: {} }
  return {
    ident: stringifyIdent(spec.ident),
    group: spec.group,
    channel: spec.channel,
    url: spec.bldrUrl,
    topology: spec.topology,
    strategy: spec.updateStrategy,
    updateCondition: spec.updateCondition,
    binds: binds.map(stringifyBind),
    bindingMode: spec.bindingMode,
    healthCheckInterval: spec.healthCheckIntervalMs / 1000,
    restart: own.restart,
    healthFailureThreshold: own.healthFailureThreshold,
    ...(configFrom === undefined ? {} : { configFrom }),
    ...(shutdownTimeoutSec === undefined ? {} : { shutdownTimeout: shutdownTimeoutSec }),
    ...(own.command === undefined ? {} : { command }),
  }
}

/** What came of it, with `(secret)` for what is never shown (decisions 22). */
export function outputsOf({ service, release, spec, config }: Supervised): Values {
  const { pid } = service.life
  const shown = hideSecrets(config.value, config.isSecret)
  return {
    release: stringifyIdent(release?.ident ?? spec.ident),
    pid: pid ?? null,
    state: pid === undefined ? "down" : "up",
    health: healthOf(service),
    exports: JSON.parse(printJson(toJsonValue(resolveExports(release?.metadata.exports ?? {}, shown).values))),
  }
}

/** What was there before a change began: nothing, for a create. */
export type Before = Readonly<{ old?: Required<Snapshot> }>

/** What a service was before a change that begins now. */
export function pastOf(held: Supervised): Required<Before> {
  return { old: { inputs: inputsOf(held.spec), outputs: outputsOf(held) } }
}

type Told = Pick<EventRecord, "old" | "new">

/** What the hooks of an event are told of before and after: the matrix of spec lifecycle §C.5. */
export function snapshotsFor(
  event: EventName,
  { old }: Before,
  now: Readonly<{ spec: ServiceSpec; held: Supervised; operation: string }>,
): Told {
  const past = old === undefined ? {} : { old }
  const inputs = inputsOf(now.spec)
  switch (event) {
    case "pre-create":
      return { new: { inputs } }
    case "post-create":
      return { new: { inputs, outputs: outputsOf(now.held) } }
    case "post-update":
      return { ...past, new: { inputs, outputs: outputsOf(now.held) } }
    case "pre-delete":
    case "post-delete":
      return past
    default:
      return now.operation === "delete" ? past : { ...past, new: { inputs } }
  }
}
