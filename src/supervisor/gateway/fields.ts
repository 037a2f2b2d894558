/**
 * The type of a JSON field, short enough for a table: a word, then `[]` for a list of them and `?` when it may be null.
 * `duration` is `{secs, nanos}`.
 */
export type FieldType = `${"string" | "integer" | "number" | "boolean" | "object" | "duration"}${"" | "[]"}${"" | "?"}`

/** What one field of an answer is; printed in the OpenAPI document and in the reference. */
export type Field = Readonly<{ type: FieldType; summary: string }>

export type FieldTable = Readonly<Record<string, Field>>
