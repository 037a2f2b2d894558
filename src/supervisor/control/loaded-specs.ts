import { HabError } from "../../base/errors.ts"
import { nearest } from "../../base/nearest.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { readAppliedSet, specsOfSet } from "../set/set-files.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { findSpec, readSpecs, type SpecContext } from "../spec/spec-files.ts"

/**
 * Which loaded services an operation is about: all, all of no set (`loose`), those of a set, or one by ident (`acme/web`),
 * name (`web`) or group (`web.default`).
 */
export type Choice = Readonly<{ ident?: string; all?: boolean | "loose"; set?: string }>

/**
 * The specs of the services that are meant. Of an ident only origin and name count: one service of a name can be loaded.
 * All of none is none; throws SET_NOT_FOUND, SERVICE_NOT_LOADED, IDENT_INVALID, or SPEC_INVALID for a broken file.
 */
export function chooseSpecs(context: SpecContext, choice: Choice): ServiceSpec[] {
  if (choice.set !== undefined) return chooseSet(context, choice.set)
  if (choice.all !== undefined && choice.all !== false) {
    const all = [...readSpecs(context).specs.values()]
    return choice.all === true ? all : all.filter(({ own }) => own.set === undefined || !isApplied(context, own.set))
  }
  return [loadedSpec(context, choice.ident ?? "")]
}

function chooseSet(context: SpecContext, set: string): ServiceSpec[] {
  if (isApplied(context, set)) return specsOfSet(context, set)
  throw new HabError("SET_NOT_FOUND", `no set '${set}' was applied`, { hint: "hab svc apply FILE" })
}

function isApplied(context: SpecContext, set: string): boolean {
  return readAppliedSet(context, set) !== undefined
}

/** The spec of one service, named as in `Choice`. */
export function loadedSpec(context: SpecContext, text: string): ServiceSpec {
  const wish = wishOf(text)
  const spec = findSpec(context, wish.name)
  const isMeant =
    (wish.origin === undefined || spec?.ident.origin === wish.origin) &&
    (wish.group === undefined || spec?.group === wish.group)
  if (spec !== undefined && isMeant) return spec
  throw notLoaded(context, text, spec)
}

function wishOf(text: string): Readonly<{ name: string; origin?: string; group?: string }> {
  if (text.includes("/")) return parseIdent(text)
  const [name = "", group] = text.replace(/@.*$/, "").split(".")
  return group === undefined ? { name } : { name, group }
}

function notLoaded(context: SpecContext, text: string, sameName: ServiceSpec | undefined): HabError {
  const known = [...readSpecs(context).specs.values()]
  const names = known.map(({ ident }) => (text.includes("/") ? `${ident.origin}/${ident.name}` : ident.name))
  const near = nearest(text, names)
  const loaded =
    sameName === undefined ? "" : `; loaded is ${stringifyIdent(sameName.ident)} in group ${sameName.group}`
  return new HabError("SERVICE_NOT_LOADED", `Service not loaded, ${text}${loaded}`, {
    hint:
      near !== undefined
        ? `did you mean '${near}'?`
        : text.includes("/")
          ? `hab svc load ${text}`
          : "`hab svc status` shows what is loaded; `hab svc load ORIGIN/NAME` loads a service",
  })
}
