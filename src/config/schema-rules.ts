import { nearest } from "../base/nearest.ts"
import { type JsonValue, printJson } from "./json.ts"
import type { JsonSchema } from "./schema.ts"
import {
  countOf,
  describeJson,
  hasType,
  isSchema,
  lengthOf,
  listOf,
  numberOf,
  sizeOf,
  typeWords,
} from "./schema-values.ts"
import { isConfigTable } from "./value.ts"

/** A value that does not fit, by its path of keys and numbers. */
export type Mismatch = Readonly<{ path: readonly string[]; message: string }>

type Context = Readonly<{ root: JsonSchema; path: readonly string[]; references: number }>
/** Gives the mismatches of one keyword; `rule` is its value in the schema. */
type Keyword = (value: JsonValue, rule: JsonValue, schema: JsonSchema, context: Context) => readonly Mismatch[]

/** A schema that refers to itself without going into the value would never end. */
const REFERENCES_MAX = 50

/** Everything of a value that does not fit a schema. */
export function findMismatches(value: JsonValue, schema: JsonSchema): readonly Mismatch[] {
  return match(value, schema, { root: schema, path: [], references: 0 })
}

/** The part of a schema `#/$defs/name` means; undefined when it leads nowhere or to another file. */
export function resolveReference(root: JsonSchema, reference: string): JsonValue | undefined {
  const [start, ...parts] = reference.split("/")
  if (start !== "#") return undefined
  const keys = parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
  return keys.reduce<JsonValue | undefined>((at, key) => (isSchema(at) ? at.get(key) : undefined), root)
}

function match(value: JsonValue, schema: JsonValue, context: Context): readonly Mismatch[] {
  if (schema === false) return [{ path: context.path, message: "is not allowed" }]
  if (!isSchema(schema)) return []
  return [...schema].flatMap(([keyword, rule]) => KEYWORDS.get(keyword)?.(value, rule, schema, context) ?? [])
}

function matchChild(value: JsonValue | undefined, schema: JsonValue, context: Context, key: string) {
  return match(value ?? null, schema, { ...context, path: [...context.path, key], references: 0 })
}

function limit(
  measure: (value: JsonValue) => number | undefined,
  holds: (measured: number, rule: number) => boolean,
  demand: (rule: string) => string,
): Keyword {
  return (value, rule, _, { path }) => {
    const measured = measure(value)
    const bound = numberOf(rule)
    if (measured === undefined || bound === undefined || holds(measured, bound)) return []
    return [{ path, message: `${demand(printJson(rule))}, unlike ${describeJson(value)}` }]
  }
}

/** The keywords of JSON Schema we enforce; a schema with others is refused. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["type", checkType],
  ["enum", checkEnum],
  ["const", (value, rule, _, context) => checkEnum(value, [rule], _, context)],
  [
    "minimum",
    limit(
      numberOf,
      (value, rule) => value >= rule,
      (rule) => `must be at least ${rule}`,
    ),
  ],
  [
    "maximum",
    limit(
      numberOf,
      (value, rule) => value <= rule,
      (rule) => `must be at most ${rule}`,
    ),
  ],
  [
    "exclusiveMinimum",
    limit(
      numberOf,
      (value, rule) => value > rule,
      (rule) => `must be more than ${rule}`,
    ),
  ],
  [
    "exclusiveMaximum",
    limit(
      numberOf,
      (value, rule) => value < rule,
      (rule) => `must be less than ${rule}`,
    ),
  ],
  [
    "multipleOf",
    limit(
      numberOf,
      (value, rule) => Number.isInteger(value / rule),
      (rule) => `must be a multiple of ${rule}`,
    ),
  ],
  [
    "minLength",
    limit(
      lengthOf,
      (value, rule) => value >= rule,
      (rule) => `must have at least ${rule} characters`,
    ),
  ],
  [
    "maxLength",
    limit(
      lengthOf,
      (value, rule) => value <= rule,
      (rule) => `must have at most ${rule} characters`,
    ),
  ],
  [
    "minItems",
    limit(
      countOf,
      (value, rule) => value >= rule,
      (rule) => `must have at least ${rule} items`,
    ),
  ],
  [
    "maxItems",
    limit(
      countOf,
      (value, rule) => value <= rule,
      (rule) => `must have at most ${rule} items`,
    ),
  ],
  [
    "minProperties",
    limit(
      sizeOf,
      (value, rule) => value >= rule,
      (rule) => `must have at least ${rule} keys`,
    ),
  ],
  [
    "maxProperties",
    limit(
      sizeOf,
      (value, rule) => value <= rule,
      (rule) => `must have at most ${rule} keys`,
    ),
  ],
  ["pattern", checkPattern],
  ["uniqueItems", checkUnique],
  ["required", checkRequired],
  ["properties", checkProperties],
  ["patternProperties", checkPatternProperties],
  ["additionalProperties", checkAdditional],
  ["propertyNames", checkNames],
  [
    "items",
    (value, rule, _, context) => listOf(value).flatMap((item, index) => matchChild(item, rule, context, String(index))),
  ],
  ["allOf", (value, rule, _, context) => listOf(rule).flatMap((schema) => match(value, schema, context))],
  ["anyOf", checkAny],
  ["oneOf", checkOne],
  ["not", checkNot],
  ["$ref", checkReference],
])

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

function checkProperties(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  if (!isConfigTable(value) || !isSchema(rule)) return []
  return [...rule].flatMap(([key, schema]) => (value.has(key) ? matchChild(value.get(key), schema, context, key) : []))
}

function checkPatternProperties(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  if (!isConfigTable(value) || !isSchema(rule)) return []
  return [...rule].flatMap(([pattern, schema]) => {
    const expression = new RegExp(pattern, "u")
    return [...value].flatMap(([key, item]) => (expression.test(key) ? matchChild(item, schema, context, key) : []))
  })
}

function checkAdditional(...[value, rule, schema, context]: Parameters<Keyword>): readonly Mismatch[] {
  if (!isConfigTable(value)) return []
  const [properties, patterns] = [schema.get("properties"), schema.get("patternProperties")]
  const known = isSchema(properties) ? [...properties.keys()] : []
  const expressions = isSchema(patterns) ? [...patterns.keys()].map((pattern) => new RegExp(pattern, "u")) : []
  const others = [...value].filter(([key]) => !known.includes(key) && !expressions.some((one) => one.test(key)))
  return others.flatMap(([key, item]) => {
    if (rule !== false) return matchChild(item, rule, context, key)
    const meant = nearest(key, known)
    const hint = meant === undefined ? "" : `; did you mean '${meant}'?`
    return [{ path: [...context.path, key], message: `is not a known key${hint}` }]
  })
}

function checkNames(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  return isConfigTable(value) ? [...value.keys()].flatMap((key) => matchChild(key, rule, context, key)) : []
}

function checkAny(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  const results = listOf(rule).map((schema) => match(value, schema, context))
  return results.some((found) => found.length === 0) ? [] : (results[0] ?? [])
}

function checkOne(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  const forms = listOf(rule)
  const fitting = forms.filter((schema) => match(value, schema, context).length === 0).length
  if (fitting === 1) return []
  return [{ path: context.path, message: `must fit exactly one of ${forms.length} forms, and fits ${fitting}` }]
}

function checkNot(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  if (match(value, rule, context).length > 0) return []
  return [{ path: context.path, message: `must not be ${describeJson(value)}` }]
}

function checkReference(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  if (context.references >= REFERENCES_MAX)
    return [{ path: context.path, message: `has a schema that refers to itself: ${rule}` }]
  const schema = resolveReference(context.root, String(rule)) ?? true
  return match(value, schema, { ...context, references: context.references + 1 })
}
