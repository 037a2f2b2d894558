import { nearest } from "../base/nearest.ts"
import type { JsonValue } from "./json.ts"
import type { JsonSchema } from "./schema.ts"
import type { Keyword, Mismatch, RuleContext } from "./schema-keyword.ts"
import { VALUE_KEYWORDS } from "./schema-value-rules.ts"
import { describeJson, isSchema, listOf } from "./schema-values.ts"
import { isConfigTable } from "./value.ts"

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

function match(value: JsonValue, schema: JsonValue, context: RuleContext): readonly Mismatch[] {
  if (schema === false) return [{ path: context.path, message: "is not allowed" }]
  if (!isSchema(schema)) return []
  return [...schema].flatMap(([keyword, rule]) => KEYWORDS.get(keyword)?.(value, rule, schema, context) ?? [])
}

function matchChild(value: JsonValue | undefined, schema: JsonValue, context: RuleContext, key: string) {
  return match(value ?? null, schema, { ...context, path: [...context.path, key], references: 0 })
}

/** The keywords of JSON Schema we enforce; a schema with others is refused. */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...VALUE_KEYWORDS,
  ["properties", checkProperties],
  ["patternProperties", checkPatternProperties],
  ["additionalProperties", checkAdditional],
  ["propertyNames", checkNames],
  ["items", checkItems],
  ["allOf", checkAll],
  ["anyOf", checkAny],
  ["oneOf", checkOne],
  ["not", checkNot],
  ["$ref", checkReference],
])

function checkItems(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  return listOf(value).flatMap((item, index) => matchChild(item, rule, context, String(index)))
}

function checkAll(...[value, rule, , context]: Parameters<Keyword>): readonly Mismatch[] {
  return listOf(rule).flatMap((schema) => match(value, schema, context))
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
