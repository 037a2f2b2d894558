import { HabError } from "../base/errors.ts"
import { type PackageIdent, parseIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import { parseBind } from "./spec/parse.ts"
import { defaultSpec, type OwnSpec, type ServiceBind, type ServiceSpec } from "./spec/spec.ts"
import { findSpec, removeSpec, type SpecContext, writeSpec } from "./spec/spec-files.ts"

export type OperationContext = SpecContext & Readonly<{ store: PackageStore }>

/** What `hab svc load` and `hab sup run IDENT` may say about a service; what is absent keeps its value. */
export type LoadRequest = Readonly<{
  ident: string
  force?: boolean
  group?: string
  channel?: string
  url?: string
  topology?: ServiceSpec["topology"]
  strategy?: ServiceSpec["updateStrategy"]
  updateCondition?: ServiceSpec["updateCondition"]
  bind?: readonly string[]
  bindingMode?: ServiceSpec["bindingMode"]
  configFrom?: string
  healthCheckIntervalSec?: number
  shutdownTimeoutSec?: number
  restart?: OwnSpec["restart"]
  healthFailureThreshold?: number
}>

/** What an operation on specs did, in one sentence for the operator. */
export type OperationResult = Readonly<{ changed: boolean; message: string }>

/**
 * Writes the spec of a service, which loads it (spec supervisor §1.3). The supervisor sees the file and starts it.
 * Throws SERVICE_ALREADY_LOADED, PACKAGE_NOT_FOUND, PACKAGE_NOT_RUNNABLE and BINDS_INVALID; then nothing was written.
 */
export function loadService(context: OperationContext, request: LoadRequest): OperationResult {
  const ident = parseIdent(request.ident)
  const old = findSpec(context, ident.name)
  if (old !== undefined && request.force !== true) {
    throw new HabError(
      "SERVICE_ALREADY_LOADED",
      `Service already loaded. Unload '${stringifyIdent(ident)}' and try again, or load with the --force flag to reload and restart the service.`,
    )
  }
  const pkg = context.store.load(ident)
  requireRunnable(context, pkg)
  const spec = applyRequest(old ?? defaultSpec(ident, context.env), ident, request)
  validateBinds(context, pkg, spec.binds)
  writeSpec(context, spec)
  return { changed: true, message: `The ${stringifyIdent(ident)} service was successfully loaded` }
}

/** Removes the spec: the supervisor stops the service and forgets it. Throws SERVICE_NOT_LOADED. */
export function unloadService(context: OperationContext, ident: PackageIdent): OperationResult {
  const spec = requireSpec(context, ident)
  removeSpec(context, spec.ident.name)
  return { changed: true, message: `Unloading ${stringifyIdent(spec.ident)}` }
}

/** Wants a loaded service up or down. Saying so again changes nothing. Throws SERVICE_NOT_LOADED. */
export function wantService(
  context: OperationContext,
  ident: PackageIdent,
  desiredState: ServiceSpec["desiredState"],
): OperationResult {
  const spec = requireSpec(context, ident)
  const name = stringifyIdent(spec.ident)
  if (spec.desiredState === desiredState) {
    return { changed: false, message: `${name} is already ${desiredState === "up" ? "started" : "stopped"}` }
  }
  writeSpec(context, { ...spec, desiredState })
  const doing = desiredState === "up" ? "starting" : "stopping"
  return { changed: true, message: `Supervisor ${doing} ${name}. See the Supervisor output for more details.` }
}

function requireSpec(context: OperationContext, ident: PackageIdent): ServiceSpec {
  const spec = findSpec(context, ident.name)
  if (spec !== undefined && spec.ident.origin === ident.origin) return spec
  const loaded = spec === undefined ? "" : `; loaded is ${stringifyIdent(spec.ident)}`
  throw new HabError("SERVICE_NOT_LOADED", `Service not loaded, ${stringifyIdent(ident)}${loaded}`, {
    hint: `hab svc load ${stringifyIdent(ident)}`,
  })
}

function requireRunnable({ files }: OperationContext, pkg: InstalledPackage): void {
  if (files.stat(`${pkg.path}/hooks/run`) || files.stat(`${pkg.path}/run`)) return
  throw new HabError("PACKAGE_NOT_RUNNABLE", `Package is not runnable: ${stringifyIdent(pkg.ident)}`, {
    hint: "a service needs a hooks/run file or pkg_svc_run in its plan",
  })
}

/** Fields the request names replace the old ones; the desired state stays (spec supervisor §1.3). */
function applyRequest(old: ServiceSpec, ident: PackageIdent, request: LoadRequest): ServiceSpec {
  const { healthCheckIntervalSec, restart, healthFailureThreshold } = request
  return {
    ...old,
    ident,
    ...present("group", request.group),
    ...present("channel", request.channel),
    ...present("bldrUrl", request.url),
    ...present("topology", request.topology),
    ...present("updateStrategy", request.strategy),
    ...present("updateCondition", request.updateCondition),
    ...present("binds", request.bind?.map(parseBind)),
    ...present("bindingMode", request.bindingMode),
    ...present("configFrom", request.configFrom),
    ...present("shutdownTimeoutSec", request.shutdownTimeoutSec),
    ...present(
      "healthCheckIntervalMs",
      healthCheckIntervalSec === undefined ? undefined : healthCheckIntervalSec * 1000,
    ),
    own: {
      ...old.own,
      ...present("restart", restart),
      ...present("healthFailureThreshold", healthFailureThreshold),
    },
  }
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}

/** The package says which binds it needs and knows (spec supervisor §1.3). */
function validateBinds(context: OperationContext, pkg: InstalledPackage, binds: readonly ServiceBind[]): void {
  const metadata = readMetadata(context, pkg)
  const given = binds.map((bind) => bind.name)
  const required = metadata.binds.map((bind) => bind.name)
  const known = [...required, ...metadata.bindsOptional.map((bind) => bind.name)]
  const missing = required.filter((name) => !given.includes(name))
  const unknown = given.filter((name) => !known.includes(name))
  const complaints = [
    ...(missing.length === 0 ? [] : [`Missing required bind(s), ${missing.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`Invalid bind(s), ${unknown.join(", ")}`]),
  ]
  if (complaints.length === 0) return
  throw new HabError("BINDS_INVALID", `${complaints.join("; ")} for ${stringifyIdent(pkg.ident)}`, {
    hint:
      known.length === 0
        ? "this package has no binds"
        : `its binds are ${known.join(", ")}; give --bind name:service.group`,
  })
}
