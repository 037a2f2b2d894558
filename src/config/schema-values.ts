import { type JsonValue, printJson } from "./json.ts"
import type { JsonSchema } from "./schema.ts"
import { ConfigDateTime, ConfigFloat, isConfigTable } from "./value.ts"

/** True for schemas written as objects. */
export function isSchema(value: JsonValue | undefined): value is JsonSchema {
  return value instanceof Map
}

/** The items of an array; nothing for anything else. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

const TYPES: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string" || value instanceof ConfigDateTime,
  integer: (value) => typeof value === "bigint" || typeof value === "number" || isWhole(value),
  number: (value) => numberOf(value) !== undefined,
  array: (value) => Array.isArray(value),
  object: (value) => isConfigTable(value),
}

/** JSON Schema takes 1.0 for an integer. */
function isWhole(value: JsonValue): boolean {
  return value instanceof ConfigFloat && Number.isInteger(value.value)
}

/** Whether a value has a type of JSON Schema; dates count as texts. */
export function hasType(value: JsonValue, type: string): boolean {
  return TYPES[type]?.(value) === true
}

/** The names a schema may give as `type`. */
export function isTypeName(type: string): boolean {
  return Object.hasOwn(TYPES, type)
}

/** The number a value is. */
export function numberOf(value: JsonValue): number | undefined {
  if (value instanceof ConfigFloat) return value.value
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined
}

/** How many characters a text has. */
export function lengthOf(value: JsonValue): number | undefined {
  return typeof value === "string" ? [...value].length : undefined
}

/** How many items a list has. */
export function countOf(value: JsonValue): number | undefined {
  return Array.isArray(value) ? value.length : undefined
}

/** How many keys a table has. */
export function sizeOf(value: JsonValue): number | undefined {
  return isConfigTable(value) ? value.size : undefined
}

const WORDS: Readonly<Record<string, string>> = {
  null: "nothing",
  boolean: "true or false",
  string: "a text",
  integer: "an integer",
  number: "a number",
  array: "a list",
  object: "a table",
}

/** `an integer or a text`. */
export function typeWords(types: readonly string[]): string {
  return types.map((type) => WORDS[type] ?? type).join(" or ")
}

/** A value in a message: short, as JSON writes it. */
export function describeJson(value: JsonValue): string {
  if (value === null) return "nothing"
  if (Array.isArray(value)) return "a list"
  if (isConfigTable(value)) return "a table"
  const text = printJson(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
