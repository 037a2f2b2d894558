import { nearest } from "../base/nearest.ts"
import { type JsonValue, printJson } from "./json.ts"
import type { Keyword, Mismatch } from "./schema-keyword.ts"
import { countOf, describeJson, hasType, lengthOf, listOf, numberOf, sizeOf, typeWords } from "./schema-values.ts"
import { isConfigTable } from "./value.ts"

type Measure = (value: JsonValue) => number | undefined

/** Keyword, what it measures, how that must stand to the keyword's number, and the demand in words (# is the number). */
const LIMITS: readonly (readonly [string, Measure, keyof typeof ORDERS, string])[] = [
  ["minimum", numberOf, ">=", "must be at least #"],
  ["maximum", numberOf, "<=", "must be at most #"],
  ["exclusiveMinimum", numberOf, ">", "must be more than #"],
  ["exclusiveMaximum", numberOf, "<", "must be less than #"],
  ["multipleOf", numberOf, "×", "must be a multiple of #"],
  ["minLength", lengthOf, ">=", "must have at least # characters"],
  ["maxLength", lengthOf, "<=", "must have at most # characters"],
  ["minItems", countOf, ">=", "must have at least # items"],
  ["maxItems", countOf, "<=", "must have at most # items"],
  ["minProperties", sizeOf, ">=", "must have at least # keys"],
  ["maxProperties", sizeOf, "<=", "must have at most # keys"],
]

const ORDERS = {
  ">=": (value: number, rule: number) => value >= rule,
  "<=": (value: number, rule: number) => value <= rule,
  ">": (value: number, rule: number) => value > rule,
  "<": (value: number, rule: number) => value < rule,
  "×": (value: number, rule: number) => Number.isInteger(value / rule),
} as const

/** Keywords that look at one value, not into it. */
export const VALUE_KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ["type", checkType],
  ["enum", checkEnum],
  ["const", (value, rule, schema, context) => checkEnum(value, [rule], schema, context)],
  ["pattern", checkPattern],
  ["uniqueItems", checkUnique],
  ["required", checkRequired],
  ...LIMITS.map(([name, measure, order, demand]) => [name, limit(measure, ORDERS[order], demand)] as const),
]

function limit(measure: Measure, holds: (value: number, rule: number) => boolean, demand: string): Keyword {
  return (value, rule, _, { path }) => {
    const measured = measure(value)
    const bound = numberOf(rule)
    if (measured === undefined || bound === undefined || holds(measured, bound)) return []
    return [{ path, message: `${demand.replace("#", printJson(rule))}, unlike ${describeJson(value)}` }]
  }
}

function checkType(...[value, rule, , { path }]: Parameters<Keyword>): readonly Mismatch[] {
  const types = (Array.isArray(rule) ? listOf(rule) : [rule]).map(String)
  if (types.some((type) => hasType(value, type))) return []
  return [{ path, message: `must be ${typeWords(types)}, not ${describeJson(value)}` }]
}

function checkEnum(...[value, rule, , { path }]: Parameters<Keyword>): readonly Mismatch[] {
  const allowed = listOf(rule).map((item) => printJson(item))
  if (allowed.includes(printJson(value))) return []
  const meant = typeof value === "string" ? nearest(value, listOf(rule).map(String)) : undefined
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`
  const choice = allowed.length === 1 ? allowed[0] : `one of ${allowed.join(", ")}`
  return [{ path, message: `must be ${choice}, not ${describeJson(value)}${hint}` }]
}

function checkPattern(...[value, rule, , { path }]: Parameters<Keyword>): readonly Mismatch[] {
  if (typeof value !== "string" || new RegExp(String(rule), "u").test(value)) return []
  return [{ path, message: `must match ${String(rule)}, unlike ${describeJson(value)}` }]
}

function checkUnique(...[value, rule, , { path }]: Parameters<Keyword>): readonly Mismatch[] {
  const texts = listOf(value).map((item) => printJson(item))
  if (rule !== true || new Set(texts).size === texts.length) return []
  return [{ path, message: "must not hold the same item twice" }]
}

function checkRequired(...[value, rule, , { path }]: Parameters<Keyword>): readonly Mismatch[] {
  if (!isConfigTable(value)) return []
  const missing = listOf(rule)
    .map(String)
    .filter((key) => !value.has(key))
  return missing.map((key) => ({ path: [...path, key], message: "is required" }))
}
