import type { Problem } from "../base/errors.ts"
import type { JsonValue } from "./json.ts"
import type { JsonSchema } from "./schema.ts"
import { KEYWORDS, resolveReference } from "./schema-rules.ts"
import { isSchema, isTypeName, listOf } from "./schema-values.ts"

/** Keywords that only describe; `secret` is ours. */
const ANNOTATIONS = new Set(
  "$schema $id $comment title description default examples deprecated readOnly writeOnly format secret".split(" "),
)

/** Where schemas stand inside a schema. */
const SCHEMA_MAPS = new Set(["properties", "patternProperties", "$defs"])
const SCHEMA_LISTS = new Set(["allOf", "anyOf", "oneOf"])
const SCHEMAS = new Set(["additionalProperties", "propertyNames", "items", "not"])

/** What of a schema could not be enforced, by its JSON pointer. Everything else of it will be. */
export function checkKeywords(schema: JsonSchema): readonly Problem[] {
  return checkSchema(schema, "#", schema)
}

function checkSchema(root: JsonSchema, where: string, schema: JsonValue): Problem[] {
  if (typeof schema === "boolean") return []
  if (!isSchema(schema)) return [{ where, message: "must be a schema: an object, true or false" }]
  return [...schema].flatMap(([keyword, rule]) => checkKeyword(root, `${where}/${keyword}`, keyword, rule))
}

function checkKeyword(root: JsonSchema, where: string, keyword: string, rule: JsonValue): Problem[] {
  if (ANNOTATIONS.has(keyword)) return []
  if (SCHEMA_MAPS.has(keyword)) {
    if (!isSchema(rule)) return [{ where, message: "must be an object" }]
    const patterns = keyword === "patternProperties" ? [...rule.keys()].flatMap((key) => checkPattern(where, key)) : []
    return [...patterns, ...[...rule].flatMap(([key, inner]) => checkSchema(root, `${where}/${key}`, inner))]
  }
  if (SCHEMA_LISTS.has(keyword)) {
    return listOf(rule).flatMap((inner, index) => checkSchema(root, `${where}/${index}`, inner))
  }
  if (SCHEMAS.has(keyword)) return checkSchema(root, where, rule)
  if (keyword === "pattern") return checkPattern(where, String(rule))
  if (keyword === "type") return checkTypes(where, rule)
  if (keyword === "$ref" && resolveReference(root, String(rule)) === undefined) {
    return [{ where, message: `'${String(rule)}' leads nowhere in this file` }]
  }
  return KEYWORDS.has(keyword) ? [] : [{ where, message: "is not a keyword we enforce" }]
}

function checkPattern(where: string, pattern: string): Problem[] {
  try {
    new RegExp(pattern, "u")
    return []
  } catch {
    return [{ where, message: `'${pattern}' is not a regular expression` }]
  }
}

function checkTypes(where: string, rule: JsonValue): Problem[] {
  const types = (Array.isArray(rule) ? listOf(rule) : [rule]).map(String)
  return types.filter((type) => !isTypeName(type)).map((type) => ({ where, message: `'${type}' is not a type` }))
}
