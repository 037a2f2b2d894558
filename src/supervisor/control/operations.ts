import { HabError } from "../../base/errors.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import type { PackageStore } from "../../package/store.ts"
import type { BegunChange } from "../change/service-change.ts"
import { applyFields, requireRunnable, requireTemplates, type SpecFields, validateBinds } from "../service-request.ts"
import type { BegunOperation } from "../set/set-actions.ts"
import { sameSpec } from "../spec/reconcile.ts"
import { defaultSpec, type ServiceSpec } from "../spec/spec.ts"
import { findSpec, removeSpec, type SpecContext, writeSpec } from "../spec/spec-files.ts"
import { type Choice, chooseSpecs, loadedSpec } from "./loaded-specs.ts"

export type OperationContext = SpecContext &
  Readonly<{
    store: PackageStore
    /** Whether anything of a service is alive. Absent where no supervisor can tell. */
    isAlive?: (name: string) => boolean
  }>

/** `force`: replace the spec of a loaded service. `waits`: somebody waits for it to be up. */
export type LoadRequest = SpecFields & Readonly<{ ident: string; force?: boolean; waits?: boolean }>

/** `ident` as in `Choice`. */
export type UpdateRequest = Omit<SpecFields, "configFrom"> & Readonly<{ ident: string }>

/** What an operation on specs did. */
export type OperationResult = Readonly<{
  changed: boolean
  /** One sentence a service, for the operator. */
  message: string
  /** Names of the services it was about, those of `sets` left out. */
  names: readonly string[]
  /** Operations on sets it began; they go on. */
  sets?: readonly BegunOperation[]
  /** Changes of services whose hooks run; they go on. */
  changes?: readonly BegunChange[]
}>

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
  const spec = applyFields({ ...(old ?? defaultSpec(ident, context.env)), ident }, request)
  if (spec.own.command === undefined) {
    const pkg = context.store.load(ident)
    requireRunnable(context, pkg)
    requireTemplates(context, request.configFrom)
    validateBinds(context, pkg, spec.binds)
  }
  writeSpec(context, spec)
  return {
    changed: true,
    message: `The ${stringifyIdent(ident)} service was successfully loaded`,
    names: [ident.name],
  }
}

/**
 * Changes the fields a request names and no other (spec supervisor §1.4). Throws SERVICE_NOT_LOADED, and what is wrong
 * with new binds; then nothing was written.
 */
export function updateService(context: OperationContext, { ident, ...fields }: UpdateRequest): OperationResult {
  const old = loadedSpec(context, ident)
  const name = stringifyIdent(old.ident)
  const spec = applyFields(old, fields)
  const names = [old.ident.name]
  if (sameSpec(old, spec)) return { changed: false, message: `${name} is like that already, nothing to do`, names }
  if (fields.bind !== undefined) validateBinds(context, context.store.load(old.ident), spec.binds)
  writeSpec(context, spec)
  return { changed: true, message: `Updating ${name}`, names }
}

/** Removes specs: the supervisor stops those services and forgets them. Throws SERVICE_NOT_LOADED. */
export function unloadServices(context: OperationContext, choice: Choice): OperationResult {
  return forEach(chooseSpecs(context, choice), ({ ident }) => {
    removeSpec(context, ident.name)
    return { changed: true, message: `Unloading ${stringifyIdent(ident)}` }
  })
}

/** Wants loaded services up or down. Saying so again changes nothing. Throws SERVICE_NOT_LOADED. */
export function wantServices(
  context: OperationContext,
  choice: Choice,
  desiredState: ServiceSpec["desiredState"],
): OperationResult {
  return forEach(chooseSpecs(context, choice), (spec) => {
    const name = stringifyIdent(spec.ident)
    const isSo = (context.isAlive?.(spec.ident.name) ?? desiredState === "up") === (desiredState === "up")
    if (spec.desiredState === desiredState && isSo) {
      return { changed: false, message: `${name} is already ${desiredState === "up" ? "started" : "stopped"}` }
    }
    if (spec.desiredState !== desiredState) writeSpec(context, { ...spec, desiredState })
    const doing = desiredState === "up" ? "starting" : "stopping"
    return { changed: true, message: `Supervisor ${doing} ${name}. See the Supervisor output for more details.` }
  })
}

/** Wants loaded services up, in a new process: the supervisor restarts those that are. Throws SERVICE_NOT_LOADED. */
export function restartServices(context: OperationContext, choice: Choice): OperationResult {
  return forEach(chooseSpecs(context, choice), (spec) => {
    if (spec.desiredState === "down") writeSpec(context, { ...spec, desiredState: "up" })
    return { changed: true, message: `Supervisor restarting ${stringifyIdent(spec.ident)}.` }
  })
}

/** What an operation on all says where there are none. */
export const NO_SERVICES = "No services loaded."

function forEach(
  specs: readonly ServiceSpec[],
  act: (spec: ServiceSpec) => Omit<OperationResult, "names">,
): OperationResult {
  const results = specs.map(act)
  return {
    changed: results.some((result) => result.changed),
    message: results.length === 0 ? NO_SERVICES : results.map(({ message }) => message).join("\n"),
    names: specs.map((spec) => spec.ident.name),
  }
}
