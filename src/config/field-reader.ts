import type { Problem } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"

/** Plain values of TOML, YAML or JSON. */
export type Fields = Readonly<Record<string, unknown>>
export type FieldPath = readonly string[]

/** Names the place of a value for people: `shop.toml [services.web]`, `kepler.yaml:12`. */
export type PlaceOf = (path: FieldPath) => string

/** Typed access to the fields of a table; what does not fit is noted as a problem and read as absent. */
export type FieldReader = Readonly<{
  path: FieldPath
  keys: readonly string[]
  has(key: string): boolean
  raw(key: string): unknown
  /** Notes a problem of one key, or with "" of the table itself. */
  refuse(key: string, message: string): undefined
  /** Notes every key that is not known, with the nearest that is. */
  onlyKnown(keys: readonly string[]): void
  text(key: string): string | undefined
  whole(key: string): number | undefined
  flag(key: string): boolean | undefined
  choice<const C extends string>(key: string, choices: readonly C[]): C | undefined
  /** A list of strings; numbers and booleans in it are taken as they are written. */
  words(key: string): readonly string[] | undefined
  /** A table of strings, or a list of `NAME=value`. */
  pairs(key: string): Readonly<Record<string, string>> | undefined
  /** A table below; an empty one where there is none. */
  table(key: string): FieldReader
  /** Every entry of a table of tables. */
  tables(key: string): readonly (readonly [string, FieldReader])[]
}>

/** Reads `fields`, which stand at `path` of a document; problems are added to `problems`. */
export function readFields(fields: Fields, placeOf: PlaceOf, problems: Problem[], path: FieldPath = []): FieldReader {
  const refuse = (key: string, message: string): undefined => {
    problems.push({ where: placeOf(key === "" ? path : [...path, key]), message })
  }
  const wrong = (key: string, wanted: string) =>
    refuse(key, `'${key}' must be ${wanted}, not ${JSON.stringify(fields[key])}`)
  const text = (key: string): string | undefined => {
    const value = fields[key]
    return value === undefined || typeof value === "string" ? value : wrong(key, "a string")
  }
  const below = (key: string): Fields => {
    const value = fields[key]
    if (value === undefined) return {}
    if (isTable(value)) return value
    wrong(key, "a table")
    return {}
  }
  const table = (key: string) => readFields(below(key), placeOf, problems, [...path, key])
  return {
    path,
    keys: Object.keys(fields),
    has: (key) => fields[key] !== undefined,
    raw: (key) => fields[key],
    refuse,
    onlyKnown(known) {
      for (const key of Object.keys(fields).filter((one) => !known.includes(one))) {
        const near = nearest(key, known)
        refuse(key, `unknown key '${key}'${near === undefined ? "" : `; did you mean '${near}'?`}`)
      }
    },
    text,
    whole(key) {
      const value = fields[key]
      if (value === undefined) return undefined
      return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : wrong(key, "a whole number")
    },
    flag(key) {
      const value = fields[key]
      return value === undefined || typeof value === "boolean" ? value : wrong(key, "true or false")
    },
    choice(key, choices) {
      const value = text(key)?.toLowerCase()
      if (value === undefined) return undefined
      return choices.find((choice) => choice === value) ?? wrong(key, `one of ${choices.join(", ")}`)
    },
    words(key) {
      const value = fields[key]
      if (value === undefined) return undefined
      return Array.isArray(value) && value.every(isScalar) ? value.map(String) : wrong(key, "a list of strings")
    },
    pairs(key) {
      const value = fields[key]
      if (value === undefined) return undefined
      const pairs = pairsOf(value)
      return pairs ?? wrong(key, "a table of strings, or a list of NAME=value")
    },
    table,
    tables: (key) => table(key).keys.map((name) => [name, table(key).table(name)] as const),
  }
}

/** A table of plain values, as opposed to a list or a scalar. */
export function isTable(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isScalar(value: unknown): boolean {
  return ["string", "number", "boolean", "bigint"].includes(typeof value)
}

function pairsOf(value: unknown): Record<string, string> | undefined {
  const entries: readonly (readonly [string, unknown])[] | undefined = Array.isArray(value)
    ? value.map((item) => splitPair(String(item)))
    : isTable(value)
      ? Object.entries(value)
      : undefined
  const isFine = entries?.every(([name, item]) => name !== "" && !name.includes("=") && isScalar(item))
  if (entries === undefined || isFine !== true) return undefined
  return Object.fromEntries(entries.map(([name, item]) => [name, String(item)]))
}

/** `NAME=value`; without a `=` there is no value, which is refused. */
function splitPair(text: string): readonly [string, unknown] {
  const at = text.indexOf("=")
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
