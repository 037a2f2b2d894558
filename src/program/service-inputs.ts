import path from "node:path/posix"
import type { Problem } from "../base/errors.ts"
import type { FieldReader, PlaceOf } from "../config/field-reader.ts"
import { tryParseIdent } from "../package/ident.ts"
import { parseSetService, SET_SERVICE_KEYS } from "../supervisor/set/parse-service.ts"
import type { HookTables, ServiceSpec } from "../supervisor/spec/spec.ts"
import type { Resource, Values } from "./resource.ts"
import { camelCase, snakeCase } from "./spelling.ts"

/** Where a resource is declared, and what of a service is the supervisor's to look after. */
export type Declared = Readonly<{
  name: string
  /** Where relative paths start. */
  folder: string
  placeOf: PlaceOf
  problems: Problem[]
  runtime: Readonly<{ hooks: HookTables; dependsOn: Readonly<Record<string, unknown>> }>
}>

/** Keys of a service in a declaration: those of a service in a set, but for what the graph and the engine are about. */
export const SERVICE_INPUTS: readonly string[] = SET_SERVICE_KEYS.filter(
  (key) => !["depends_on", "hooks"].includes(key),
)

/**
 * The inputs of a service, a package's or a command's (decisions 27, 30): as they were declared, paths made absolute, in
 * camelCase. What the parser of services does not like is added to the problems.
 */
export function readServiceInputs(fields: FieldReader, declared: Declared): Values {
  const { folder, placeOf, problems, runtime } = declared
  const hasHooks = Object.keys(runtime.hooks).length > 0
  const given = Object.fromEntries(SERVICE_INPUTS.filter((key) => fields.has(key)).map((key) => [key, fields.raw(key)]))
  const absolute = (key: string) =>
    typeof given[key] === "string" ? { [key]: resolveFrom(folder, String(given[key])) } : {}
  const inputs = {
    ...given,
    ...(given["ident"] === undefined ? { working_dir: folder } : {}),
    ...absolute("working_dir"),
    ...absolute("env_file"),
    ...absolute("config_from"),
    ...(hasHooks ? { hooks: runtime.hooks } : {}),
    ...(Object.keys(runtime.dependsOn).length > 0 ? { depends_on: runtime.dependsOn } : {}),
  }
  const name = serviceNameOf({ name: declared.name, inputs })
  parseSetService({ set: "", folder, env: {} }, name, inputs, { placeOf, problems, path: fields.path })
  const spelled = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [camelCase(key), value]))
  return hasHooks ? { ...spelled, folder } : spelled
}

/** The name a service is loaded under: its package's, or for a command the one it is declared under. */
export function serviceNameOf({ name, inputs }: Pick<Resource, "name" | "inputs">): string {
  return tryParseIdent(String(inputs["ident"] ?? ""))?.name ?? name
}

/** The whole spec that the inputs of a service ask for; what is not declared has its default. */
export function specOfInputs(
  resource: Pick<Resource, "name" | "inputs">,
  env: Readonly<Record<string, string>>,
): ServiceSpec {
  const { folder = "/", ...inputs } = resource.inputs
  const fields = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [snakeCase(key), value]))
  const place = { set: "", folder: String(folder), env }
  const problems: Problem[] = []
  const spec = parseSetService(place, serviceNameOf(resource), fields, { placeOf: () => "", problems, path: [] })
  const { set: _set, ...own } = spec.own
  return { ...spec, own }
}

/** An absolute path; `?` in front of a file that may be missing stays there. */
function resolveFrom(folder: string, given: string): string {
  return given.startsWith("?") ? `?${path.resolve(folder, given.slice(1))}` : path.resolve(folder, given)
}
