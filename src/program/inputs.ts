import path from "node:path/posix"
import { HabError, type Problem } from "../base/errors.ts"
import type { FieldReader } from "../config/field-reader.ts"
import { parseJson } from "../config/json.ts"
import { type ConfigTable, parseToml, stringifyToml } from "../config/toml.ts"
import { parseIdent, tryParseIdent } from "../package/ident.ts"
import type { ResourceKind, Values } from "./resource.ts"
import { type Declared, readServiceInputs, SERVICE_INPUTS } from "./service-inputs.ts"
import { camelCase } from "./spelling.ts"

/** How one key is read; what does not fit is noted by the reader. */
type Read = (fields: FieldReader, key: string, folder: string) => unknown

const text: Read = (fields, key) => fields.text(key)
const words: Read = (fields, key) => fields.words(key)

/** What is declared besides services, by its key in TOML. In programs and records the keys are camelCase. */
const INPUTS: Readonly<Record<Exclude<ResourceKind, "service">, Readonly<Record<string, Read>>>> = {
  package: { ident, hart: file },
  config: { group: text, toml: config, values: config },
  group: { children: words },
}

/** Keys of which a resource needs exactly one. */
const NEEDED: Readonly<Record<ResourceKind, readonly (readonly string[])[]>> = {
  service: [["ident", "command", "run"]],
  package: [["ident", "hart"]],
  config: [["group"], ["values", "toml"]],
  group: [["children"]],
}

/** The keys of a resource's inputs in TOML. */
export function inputKeys(kind: ResourceKind): readonly string[] {
  return kind === "service" ? SERVICE_INPUTS : Object.keys(INPUTS[kind])
}

/** The inputs of a resource, keys in camelCase. What is wrong is added to the problems, and then absent. */
export function readInputs(kind: ResourceKind, fields: FieldReader, declared: Declared): Values {
  for (const keys of NEEDED[kind]) {
    const given = keys.filter((key) => fields.has(key))
    if (given.length === 1) continue
    fields.refuse(keys[0] ?? "", `a ${kind} needs ${keys.length === 1 ? "" : "exactly one of "}'${keys.join("', '")}'`)
    if (kind === "service") return {}
  }
  if (kind === "service") return readServiceInputs(fields, declared)
  const inputs: Record<string, unknown> = {}
  for (const [key, read] of Object.entries(INPUTS[kind])) {
    const value = fields.has(key) ? read(fields, key, declared.folder) : undefined
    if (value !== undefined) inputs[key === "values" ? "toml" : camelCase(key)] = value
  }
  return inputs
}

/** The name of a resource across sets (decisions 29). */
export function urnOf(kind: ResourceKind, name: string, inputs: Values): string {
  const wish = tryParseIdent(String(inputs["ident"] ?? ""))
  switch (kind) {
    case "service":
      return `hab:service:${wish?.name ?? name}.${groupOf(inputs)}`
    case "package":
      return `hab:package:${wish === undefined ? name : `${wish.origin}/${wish.name}`}`
    case "config":
      return `hab:config:${inputs["group"] ?? name}`
    case "group":
      return `hab:group:${name}`
  }
}

/** What makes a resource another one, to be replaced: a service's package and group, a package's name, a config's group. */
export function identityOf(kind: ResourceKind, inputs: Values): string {
  const wish = tryParseIdent(String(inputs["ident"] ?? ""))
  const program = wish === undefined ? "" : `${wish.origin}/${wish.name}`
  if (kind === "service") return `${program} ${groupOf(inputs)}`
  if (kind === "package") return program
  return kind === "config" ? String(inputs["group"]) : ""
}

/** The service group; `group` of a command is an account's. */
function groupOf(inputs: Values): string {
  return inputs["ident"] === undefined ? "default" : String(inputs["group"] ?? "default")
}

function ident(fields: FieldReader, key: string): unknown {
  const value = fields.text(key)
  if (value === undefined) return undefined
  return refusing(fields, key, () => void parseIdent(value)) ? value : undefined
}

function file(fields: FieldReader, key: string, folder: string): unknown {
  const value = fields.text(key)
  return value === undefined ? undefined : path.resolve(folder, value)
}

/** Values as TOML text: tables of a program by way of JSON. */
function config(fields: FieldReader, key: string): unknown {
  const value = fields.raw(key)
  if (typeof value === "string") return refusing(fields, key, () => void parseToml(value, key)) ? value : undefined
  if (typeof value !== "object" || value === null) return fields.refuse(key, `'${key}' must be a table`)
  const table = parseJson(JSON.stringify(value), key)
  return refusing(fields, key, () => refuseNull(table)) ? stringifyToml(table as ConfigTable) : undefined
}

function refuseNull(value: unknown): void {
  if (value === null) throw new HabError("TOML_INVALID", "TOML has no null")
  if (value instanceof Map || Array.isArray(value)) for (const item of value.values()) refuseNull(item)
}

function refusing(fields: FieldReader, key: string, check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    const [first] = error.problems as readonly (Problem | undefined)[]
    fields.refuse(key, first?.message ?? error.message)
    return false
  }
}
