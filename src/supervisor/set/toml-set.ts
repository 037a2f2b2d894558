import type { Problem } from "../../base/errors.ts"
import { type Fields, type PlaceOf, readFields } from "../../config/field-reader.ts"
import { parseToml, toPlain } from "../../config/toml.ts"
import { readHookTables } from "../spec/parse-own.ts"
import { checkHookEvents, parseSetService, type SetPlace } from "./parse-service.ts"
import type { ServiceSet } from "./service-set.ts"

/** Tables of the same file that are not about services: `hab apply` deals with them. */
const OTHER_TABLES = ["packages", "configs", "groups"] as const

/** What a set is made from besides its text. */
export type SetSource = Readonly<{
  file: string
  text: string
  /** The set's name, where the one who asks gives it. */
  name: string | undefined
  /** The name it has when nobody gives one. */
  defaultName: string
  folder: string
  env: Readonly<Record<string, string>>
}>

/**
 * Reads our own format: `name`, `[services.<name>]` and `[[hooks.<event>]]` of the set (decisions 27). Throws TOML_INVALID;
 * everything else that is wrong is in `problems`.
 */
export function readTomlSet(source: SetSource, problems: Problem[]): ServiceSet {
  const fields = toPlain(parseToml(source.text, source.file)) as Fields
  const placeOf: PlaceOf = (path) =>
    path.length > 1 ? `${source.file} [${path.slice(0, path[0] === "services" ? 2 : 1).join(".")}]` : source.file
  const root = readFields(fields, placeOf, problems)
  root.onlyKnown(["name", "services", "hooks", ...OTHER_TABLES])
  const name = source.name ?? root.text("name") ?? source.defaultName
  const place: SetPlace = { set: name, folder: source.folder, env: source.env }
  const services = root.table("services")
  checkHookEvents(root.table("hooks"), "supervisor")
  return {
    name,
    file: source.file,
    services: services.keys.map((key) => {
      const path = ["services", key]
      const value = services.raw(key)
      const table = typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined
      if (table === undefined) services.refuse(key, `'${key}' must be a table: [services.${key}]`)
      return parseSetService(place, key, (table ?? {}) as Fields, { placeOf, problems, path })
    }),
    hooks: readHookTables(root) ?? {},
    notes: OTHER_TABLES.filter((table) => root.has(table)).map((table) => `[${table}] is left to \`hab apply\``),
  }
}
