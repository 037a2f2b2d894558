import { HabError } from "../../base/errors.ts"
import { stringifyIdent } from "../../package/ident.ts"
import type { OperationContext } from "../control/operations.ts"
import { requireRunnable, validateBinds } from "../service-request.ts"
import { sameSpec } from "../spec/reconcile.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { findSpec } from "../spec/spec-files.ts"
import { isPlainName, type ServiceSet } from "./service-set.ts"
import { type AppliedSet, readAppliedSet, specsOfSet } from "./set-files.ts"

/** What becomes of one service of a set. */
export type SetChange =
  | { readonly tag: "create" | "update" | "unchanged"; readonly name: string; readonly spec: ServiceSpec }
  | { readonly tag: "remove"; readonly name: string; readonly spec: ServiceSpec }

export type SetPlan = Readonly<{
  set: AppliedSet
  changes: readonly SetChange[]
  /** The hooks of the set, or the file it comes from, differ from what was applied before. */
  setChanged: boolean
}>

/** `force`: take over services, or a name, that belong to somebody else. */
export type ApplySetRequest = Readonly<{ set: ServiceSet; force?: boolean }>

/**
 * Compares a set with what is loaded (decisions 27): its services are created, updated or left alone, and those it no
 * longer names are removed. Nothing is written. Throws SET_TAKEN when the name is another file's, or a service somebody
 * else's; PACKAGE_NOT_FOUND, PACKAGE_NOT_RUNNABLE and BINDS_INVALID.
 */
export function planSet(context: OperationContext, { set, force = false }: ApplySetRequest): SetPlan {
  const bad = [set.name, ...set.services.map(({ ident }) => ident.name)].find((name) => !isPlainName(name))
  if (bad !== undefined)
    throw new HabError("SET_FILE_INVALID", `'${bad}' cannot name a set or a service`, {
      hint: "a name has letters, digits, - and _; --set NAME gives the set another one",
    })
  const before = readAppliedSet(context, set.name)
  if (before !== undefined && before.file !== set.file && !force) {
    throw new HabError("SET_TAKEN", `the set '${set.name}' was applied from ${before.file}, not from ${set.file}`, {
      hint: "give it another name with --set, or --force to replace what that file applied",
    })
  }
  const present = set.services.map((spec) => changeOf(context, spec, { set: set.name, force }))
  const names = set.services.map(({ ident }) => ident.name)
  const removed = specsOfSet(context, set.name).filter(({ ident }) => !names.includes(ident.name))
  const applied: AppliedSet = {
    name: set.name,
    file: set.file,
    folder: set.services[0]?.own.folder ?? before?.folder ?? folderOf(set.file),
    hooks: set.hooks,
  }
  return {
    set: applied,
    changes: [...present, ...removed.map((spec) => ({ tag: "remove", name: spec.ident.name, spec }) as const)],
    setChanged: before === undefined || textOf(before) !== textOf(applied),
  }
}

/** What of a set can change, as a text to compare. */
function textOf({ file, folder, hooks }: AppliedSet): string {
  return JSON.stringify([file, folder, hooks])
}

function changeOf(
  context: OperationContext,
  spec: ServiceSpec,
  { set, force }: Readonly<{ set: string; force: boolean }>,
): SetChange {
  const { name } = spec.ident
  const old = findSpec(context, name)
  if (old !== undefined && old.own.set !== set && !force) {
    const owner = old.own.set === undefined ? `loaded as ${stringifyIdent(old.ident)}` : `of the set '${old.own.set}'`
    throw new HabError("SET_TAKEN", `the service '${name}' is ${owner} already`, {
      hint: "give it another name, unload the other one, or take it over with --force",
    })
  }
  if (spec.own.command === undefined) {
    const pkg = context.store.load(spec.ident)
    requireRunnable(context, pkg)
    validateBinds(context, pkg, spec.binds)
  }
  const tag = old === undefined ? "create" : sameSpec(old, spec) ? "unchanged" : "update"
  return { tag, name, spec }
}

const VERBS = { create: "+ create", update: "~ update", remove: "- remove", unchanged: "  unchanged" } as const

/** The changes of a plan, one line a service. */
export function describePlan({ set, changes, setChanged }: SetPlan): string {
  const real = changes.filter(({ tag }) => tag !== "unchanged")
  if (real.length === 0 && !setChanged) return `The set ${set.name} is unchanged`
  const lines = changes.map(({ tag, name, spec }) => `${VERBS[tag]} ${name} (${stringifyIdent(spec.ident)})`)
  return [`The set ${set.name}:`, ...lines, ...(real.length === 0 ? ["~ update its own hooks"] : [])].join("\n")
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/")) || "/"
}
