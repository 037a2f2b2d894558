import { HabError, type Problem } from "../base/errors.ts"
import { type JsonValue, parseJson, printJson } from "./json.ts"
import type { ConfigLayer } from "./layers.ts"
import { printTomlPath } from "./print-toml.ts"
import type { JsonSchema } from "./schema.ts"
import { checkKeywords } from "./schema-check.ts"
import { findMismatches } from "./schema-rules.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "./value.ts"

/** The schema a package ships beside its default.toml. */
export const SCHEMA_FILE = "config.schema.json"

/** Reads a `config.schema.json`. Throws JSON_INVALID, and CONFIG_SCHEMA_INVALID for keywords we could not enforce. */
export function parseSchema(text: string, where: string): JsonSchema {
  const schema = parseJson(text, where)
  const problems: readonly Problem[] = isConfigTable(schema as ConfigValue)
    ? checkKeywords(schema as JsonSchema)
    : [{ where: "(the whole schema)", message: "must be an object" }]
  if (problems.length === 0) return schema as JsonSchema
  throw new HabError(
    "CONFIG_SCHEMA_INVALID",
    `${where} cannot be enforced: ${problems[0]?.where} ${problems[0]?.message}`,
    {
      problems,
      hint: "a keyword that would silently do nothing is refused; remove it or express it otherwise",
    },
  )
}

/**
 * Checks a merged configuration against its package's schema; every problem says which layer the value comes from.
 * Throws CONFIG_INVALID with all of them.
 */
export function enforceSchema(
  config: Readonly<{ value: ConfigTable; origins: ReadonlyMap<string, ConfigLayer> }>,
  schema: JsonSchema,
  packageName: string,
): void {
  const problems = findMismatches(config.value, schema).map(({ path, message }) => {
    const key = printTomlPath(path)
    const origin = config.origins.get(key)?.where
    return {
      where: key === "" ? "(top level)" : key,
      message: origin === undefined ? message : `${message} (${origin})`,
    }
  })
  const [first] = problems
  if (first === undefined) return
  throw new HabError(
    "CONFIG_INVALID",
    `the configuration of ${packageName} is refused: ${first.where} ${first.message}`,
    {
      problems,
      hint: `what it may hold is said by ${SCHEMA_FILE} of the package`,
    },
  )
}

/** Whether a path is under a key marked `"secret": true`: its value is never shown (decisions 22). */
export function secretPaths(schema: JsonSchema): (path: readonly string[]) => boolean {
  return (path) => {
    let at: JsonValue | undefined = schema
    for (const key of path) {
      if (!isSchema(at)) return false
      const properties: JsonValue | undefined = at.get("properties")
      at = isSchema(properties) ? properties.get(key) : undefined
      if (isSchema(at) && at.get("secret") === true) return true
    }
    return false
  }
}

/** A configuration with `(secret)` for every value that is never shown. */
export function hideSecrets(
  table: ConfigTable,
  isSecret: (path: readonly string[]) => boolean,
  before: readonly string[] = [],
): ConfigTable {
  const shown = (key: string, value: ConfigValue): ConfigValue => {
    const path = [...before, key]
    if (isSecret(path)) return "(secret)"
    return isConfigTable(value) ? hideSecrets(value, isSecret, path) : value
  }
  return new Map([...table].map(([key, value]) => [key, shown(key, value)]))
}

function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return value instanceof Map
}

/** The text of a generated or read schema. */
export function printSchema(schema: JsonSchema): string {
  return `${printJson(schema, 2)}\n`
}
