import { Buffer } from "node:buffer"
import type { JsonValue } from "../config/json.ts"
import { printFloat } from "../config/print-float.ts"
import { ConfigDateTime, ConfigFloat } from "../config/value.ts"

/** Anything a template can see: configuration values and plain objects side by side. */
export type TemplateValue =
  | string
  | boolean
  | number
  | bigint
  | null
  | undefined
  | ConfigFloat
  | ConfigDateTime
  | readonly TemplateValue[]
  | TemplateTable

/** Key to value: a Map, or a plain object of ours. */
export type TemplateTable = ReadonlyMap<string, TemplateValue> | { readonly [key: string]: TemplateValue }

/** The top level of what a template sees. */
export type TemplateContext = Readonly<Record<string, TemplateValue>>

/** True for arrays. */
export function isList(value: TemplateValue): value is readonly TemplateValue[] {
  return Array.isArray(value)
}

/** True for Maps and plain objects. */
export function isTable(value: TemplateValue): value is TemplateTable {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  return !(value instanceof ConfigFloat) && !(value instanceof ConfigDateTime)
}

/** What a table holds under a key; only its own keys count. */
export function fieldOf(table: TemplateTable, key: string): TemplateValue {
  if (table instanceof Map) return table.get(key)
  return Object.hasOwn(table, key) ? (table as Readonly<Record<string, TemplateValue>>)[key] : undefined
}

/** Keys and values in order. */
export function entriesOf(table: TemplateTable): readonly (readonly [string, TemplateValue])[] {
  return table instanceof Map ? [...table] : Object.entries(table)
}

/** As it is printed: `[a, b]`, `[object]`, `1.0`, nothing for null (spec supervisor §5.2). */
export function printValue(value: TemplateValue): string {
  if (typeof value === "string") return value
  if (value === undefined || value === null) return ""
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : printFinite(value)
  if (typeof value !== "object") return String(value)
  if (value instanceof ConfigFloat) return printFinite(value.value)
  if (value instanceof ConfigDateTime) return value.text
  return isList(value) ? `[${value.map(printValue).join(", ")}]` : "[object]"
}

function printFinite(value: number): string {
  return Number.isFinite(value) ? printFloat(value, "json") : ""
}

/** Smallest float the reference takes for true: those below are "subnormal". */
const SMALLEST_NORMAL = 2 ** -1022

/** Whether `#if` takes it: not false, null, 0, NaN, "", [] or {} (spec supervisor §5.2). */
export function isTruthy(value: TemplateValue, includeZero = false): boolean {
  if (typeof value === "boolean") return value
  if (value === undefined || value === null) return false
  if (typeof value === "string") return value !== ""
  if (typeof value === "bigint") return includeZero || value !== 0n
  if (typeof value === "number") return isTruthyNumber(value, includeZero)
  if (value instanceof ConfigFloat) return isTruthyNumber(value.value, includeZero)
  if (isList(value)) return value.length > 0
  return !isTable(value) || entriesOf(value).length > 0
}

function isTruthyNumber(value: number, includeZero: boolean): boolean {
  return Number.isFinite(value) && (includeZero || Math.abs(value) >= SMALLEST_NORMAL)
}

/** The number a value is, exact where it is an integer; undefined for anything else and for infinities. */
export function numberOf(value: TemplateValue): number | bigint | undefined {
  if (typeof value === "bigint") return value
  const float = value instanceof ConfigFloat ? value.value : value
  return typeof float === "number" && Number.isFinite(float) ? float : undefined
}

/** Equal as JSON: `1` is not `1.0`, the order of keys does not count, missing equals null. */
export function areEqual(a: TemplateValue, b: TemplateValue): boolean {
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => areEqual(item, b[index]))
  if (isTable(a)) {
    if (!isTable(b) || entriesOf(a).length !== entriesOf(b).length) return false
    return entriesOf(a).every(([key, item]) => fieldOf(b, key) !== undefined && areEqual(item, fieldOf(b, key)))
  }
  return !isTable(b) && !isList(b) && scalarKey(a) === scalarKey(b)
}

/** Equal texts for equal scalars, and only for those. */
function scalarKey(value: TemplateValue): string {
  if (value instanceof ConfigDateTime) return `string ${value.text}`
  const number = numberOf(value)
  if (number === undefined) return typeof value === "string" ? `string ${value}` : `other ${printValue(value)}`
  const isFloat = value instanceof ConfigFloat || !(typeof number === "bigint" || Number.isInteger(number))
  return `${isFloat ? "float" : "integer"} ${number}`
}

/** Texts by their bytes, as the reference compares them. */
export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** As JSON: missing and infinite values are null. */
export function toJsonValue(value: TemplateValue): JsonValue {
  if (value === undefined || value === null) return null
  if (typeof value === "number" && !Number.isInteger(value)) return toJsonValue(new ConfigFloat(value))
  if (typeof value !== "object" || value instanceof ConfigDateTime) return value
  if (value instanceof ConfigFloat) return Number.isFinite(value.value) ? value : null
  if (isList(value)) return value.map(toJsonValue)
  return new Map(entriesOf(value).map(([key, item]) => [key, toJsonValue(item)]))
}

/** `the number 5`, `a list`, `nothing`: for messages. */
export function describeValue(value: TemplateValue): string {
  if (value === undefined || value === null) return "nothing"
  if (isList(value)) return "a list"
  if (isTable(value)) return "a table"
  const text = printValue(value)
  if (typeof value === "string") return `the text '${text.length > 40 ? `${text.slice(0, 40)}…` : text}'`
  return typeof value === "boolean" ? text : value instanceof ConfigDateTime ? `the date ${text}` : `the number ${text}`
}
