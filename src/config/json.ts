import { HabError } from "../base/errors.ts"
import { printFloat } from "./print-float.ts"
import { placeAt } from "./text-place.ts"
import { ConfigDateTime, ConfigFloat, type ConfigValue, isConfigTable } from "./value.ts"

/** A JSON value without loss: as `ConfigValue`, with null. */
export type JsonValue = null | ConfigValue | readonly JsonValue[] | ReadonlyMap<string, JsonValue>

const DEPTH_MAX = 100

/**
 * Reads JSON as the reference does: `1.0` stays a float, large integers stay exact, keys keep their order and the last of
 * equal keys wins. Throws JSON_INVALID with line and column.
 */
export function parseJson(text: string, where: string): JsonValue {
  const reader = { text, where, at: 0 }
  const value = readValue(reader, 0)
  skipSpace(reader)
  return reader.at < text.length ? refuse(reader, "nothing may follow the value") : value
}

/** JSON text; `indent` spaces per level, or everything on one line. Floats that JSON cannot say become null. */
export function printJson(value: JsonValue, indent = 0, margin = ""): string {
  if (value === null) return "null"
  if (value instanceof ConfigFloat) return printFloat(value.value, "json")
  if (value instanceof ConfigDateTime) return JSON.stringify(value.text)
  if (typeof value === "string") return JSON.stringify(value)
  const inner = margin + " ".repeat(indent)
  const separator = indent === 0 ? "," : `,\n${inner}`
  const wrap = (open: string, items: readonly string[], close: string) => {
    if (items.length === 0) return open + close
    return indent === 0
      ? `${open}${items.join(separator)}${close}`
      : `${open}\n${inner}${items.join(separator)}\n${margin}${close}`
  }
  if (Array.isArray(value)) {
    return wrap(
      "[",
      (value as readonly JsonValue[]).map((item) => printJson(item, indent, inner)),
      "]",
    )
  }
  if (!isConfigTable(value)) return String(value)
  const colon = indent === 0 ? ":" : ": "
  const fields = [...value].map(([key, item]) => JSON.stringify(key) + colon + printJson(item, indent, inner))
  return wrap("{", fields, "}")
}

type Reader = { readonly text: string; readonly where: string; at: number }

const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y
const WORDS: ReadonlyMap<string, JsonValue> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
])

function readValue(reader: Reader, depth: number): JsonValue {
  if (depth > DEPTH_MAX) return refuse(reader, `values are nested deeper than ${DEPTH_MAX} levels`)
  skipSpace(reader)
  const first = reader.text.charAt(reader.at)
  if (first === "{") return readObject(reader, depth)
  if (first === "[") return readArray(reader, depth)
  if (first === '"') return readString(reader)
  for (const [word, value] of WORDS) {
    if (reader.text.startsWith(word, reader.at)) {
      reader.at += word.length
      return value
    }
  }
  return readNumber(reader)
}

function readObject(reader: Reader, depth: number): JsonValue {
  const table = new Map<string, JsonValue>()
  reader.at++
  if (takes(reader, "}")) return table
  do {
    skipSpace(reader)
    const key = readString(reader)
    if (!takes(reader, ":")) return refuse(reader, "a ':' is missing")
    table.set(key, readValue(reader, depth + 1))
  } while (takes(reader, ","))
  return takes(reader, "}") ? table : refuse(reader, "a ',' or '}' is missing")
}

function readArray(reader: Reader, depth: number): JsonValue {
  const items: JsonValue[] = []
  reader.at++
  if (takes(reader, "]")) return items
  do items.push(readValue(reader, depth + 1))
  while (takes(reader, ","))
  return takes(reader, "]") ? items : refuse(reader, "a ',' or ']' is missing")
}

function readString(reader: Reader): string {
  const written = match(reader, STRING)?.[0]
  return written === undefined ? refuse(reader, "a string is missing or never ends") : JSON.parse(written)
}

function readNumber(reader: Reader): JsonValue {
  const found = match(reader, NUMBER)
  if (found === undefined) return refuse(reader, "a value is missing")
  const [text, fraction, exponent] = found
  if (fraction !== undefined || exponent !== undefined) return new ConfigFloat(Number(text))
  return Number.isSafeInteger(Number(text)) ? Number(text) + 0 : BigInt(text)
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (found === null) return undefined
  reader.at = pattern.lastIndex
  return found
}

function skipSpace(reader: Reader): void {
  match(reader, SPACE)
}

function takes(reader: Reader, char: string): boolean {
  skipSpace(reader)
  if (reader.text.charAt(reader.at) !== char) return false
  reader.at++
  return true
}

function refuse(reader: Reader, message: string): never {
  const { line, column } = placeAt(reader.text, reader.at)
  const where = `${reader.where}:${line}:${column}`
  throw new HabError("JSON_INVALID", `${where} is not JSON: ${message}`, { problems: [{ where, message }] })
}
