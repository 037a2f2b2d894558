import { parseSpec } from "./parse.ts"
import { parseOwnSpec } from "./parse-own.ts"
import { printSpec } from "./print.ts"
import { printOwnSpec } from "./print-own.ts"
import { DEFAULT_OWN_SPEC, type ServiceSpec } from "./spec.ts"

/** A spec as it is written: Habitat's file, and ours where a key of it differs from its default (decisions H). */
export type SpecTexts = Readonly<{ spec: string; own?: string }>

/** The texts of a spec. */
export function specTexts(spec: ServiceSpec): SpecTexts {
  const { range } = spec.ident
  const { versionRange: _, ...kept } = spec.own
  const own = printOwnSpec(range === undefined ? kept : { ...kept, versionRange: range })
  return { spec: printSpec(spec), ...(own === undefined ? {} : { own }) }
}

/** The spec of these texts; `where` they are, for messages. Throws SPEC_INVALID and TOML_INVALID. */
export function specFromTexts(
  { spec: text, own: ownText }: SpecTexts,
  { where, ownWhere, env }: Readonly<{ where: string; ownWhere: string; env: Readonly<Record<string, string>> }>,
): ServiceSpec {
  const spec = parseSpec(text, where, env)
  const { versionRange: range, ...own } = ownText === undefined ? DEFAULT_OWN_SPEC : parseOwnSpec(ownText, ownWhere)
  return { ...spec, ...(range === undefined ? {} : { ident: { ...spec.ident, range } }), own }
}
