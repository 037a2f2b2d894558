import type { JsonValue } from "./json.ts"
import type { JsonSchema } from "./schema.ts"

/** A value that does not fit, by its path of keys and numbers. */
export type Mismatch = Readonly<{ path: readonly string[]; message: string }>

/** Where in value and schema a keyword is looked at. */
export type RuleContext = Readonly<{
  root: JsonSchema
  path: readonly string[]
  /** How many `$ref` were followed without going into the value. */
  references: number
}>

/** Gives the mismatches of one keyword; `rule` is its value in the schema. */
export type Keyword = (
  value: JsonValue,
  rule: JsonValue,
  schema: JsonSchema,
  context: RuleContext,
) => readonly Mismatch[]
