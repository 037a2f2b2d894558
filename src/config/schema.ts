import type { JsonValue } from "./json.ts"
import { ConfigDateTime, ConfigFloat, type ConfigTable, type ConfigValue, isConfigTable } from "./value.ts"

/** A JSON Schema, as `parseJson` gives it. */
export type JsonSchema = ReadonlyMap<string, JsonValue>

/**
 * A JSON Schema for what operators may write over a default.toml: its keys with their types and defaults. Keys it does not
 * know are allowed, because applied configuration may hold any (spec supervisor §5.4).
 */
export function generateSchema(defaults: ConfigTable, title: string): JsonSchema {
  return new Map<string, JsonValue>([
    ["$schema", "https://json-schema.org/draft/2020-12/schema"],
    ["title", title],
    ...tableSchema(defaults),
  ])
}

function tableSchema(table: ConfigTable): [string, JsonValue][] {
  const properties = new Map([...table].map(([key, value]) => [key, valueSchema(value, true)] as const))
  return [["type", "object"], ...(properties.size === 0 ? [] : [["properties", properties] as [string, JsonValue]])]
}

function valueSchema(value: ConfigValue, withDefault: boolean): JsonSchema {
  if (isConfigTable(value)) return new Map(tableSchema(value))
  const fallback: [string, JsonValue][] = withDefault ? [["default", value]] : []
  return new Map<string, JsonValue>([...typeOf(value), ...fallback])
}

function typeOf(value: Exclude<ConfigValue, ConfigTable>): [string, JsonValue][] {
  if (Array.isArray(value)) return [["type", "array"], ...itemsOf(value)]
  // A default of 1.0 does not forbid 1; a default of 1 does forbid 1.5.
  if (value instanceof ConfigFloat) return [["type", "number"]]
  if (value instanceof ConfigDateTime)
    return [
      ["type", "string"],
      ["format", dateFormat(value.text)],
    ]
  return [["type", typeof value === "number" || typeof value === "bigint" ? "integer" : (typeof value as string)]]
}

/** One schema for all items where one fits them all; none where the default says nothing. */
function itemsOf(items: readonly ConfigValue[]): [string, JsonValue][] {
  const tables = items.filter(isConfigTable)
  if (tables.length > 0 && tables.length === items.length) {
    const known = new Map(tables.flatMap((table) => [...table]))
    const properties = new Map([...known].map(([key, value]) => [key, valueSchema(value, false)] as const))
    return [
      [
        "items",
        new Map<string, JsonValue>([
          ["type", "object"],
          ["properties", properties],
        ]),
      ],
    ]
  }
  const types = new Map(items.map((item) => [JSON.stringify(typeText(item)), item]))
  const [only] = types.size === 1 ? types.values() : []
  return only === undefined || isConfigTable(only) ? [] : [["items", new Map(typeOf(only))]]
}

function typeText(value: ConfigValue): string {
  return isConfigTable(value) ? "object" : [...typeOf(value)].map(([, type]) => String(type)).join(" ")
}

function dateFormat(text: string): string {
  if (!text.includes("-")) return "time"
  return text.length > 10 ? "date-time" : "date"
}
