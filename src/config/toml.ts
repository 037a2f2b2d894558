import TomlParser from "@iarna/toml/lib/toml-parser.js"
import { HabError } from "../base/errors.ts"
import { printTomlDocument } from "./print-toml.ts"
import { placeAt } from "./text-place.ts"
import { ConfigDateTime, ConfigFloat, type ConfigTable, type ConfigValue } from "./value.ts"

export { type ConfigTable, type ConfigValue, toPlain } from "./value.ts"

/** Tables and arrays inside each other; the documents of no known program come near it. */
const DEPTH_MAX = 100
/** Put in front of every key while parsing: objects then neither reorder `8080` nor trip over `__proto__`. */
const KEY_MARK = "="
const INTEGER_MIN = -(2n ** 63n)
const INTEGER_MAX = 2n ** 63n - 1n

/**
 * The table a TOML text spells, with nothing lost (see `ConfigValue`). `where` names the text in messages: a file path or
 * `the environment variable HAB_REDIS`. Throws TOML_INVALID with line and column.
 */
export function parseToml(text: string, where: string): ConfigTable {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text
  const parser = new ExactParser(source)
  try {
    parser.parse(source)
    return toTable(parser.finish() as object, 0)
  } catch (error) {
    throw explain(isInvalidDate(error) ? parser.problem(error.message) : error, source, where)
  }
}

/** A TOML document with a final newline; parsing it gives an equal table. Plain values come before tables. */
export function stringifyToml(value: ConfigTable): string {
  return printTomlDocument(value)
}

/** A problem of the text, at an offset. */
class TomlProblem extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** The library's parser, which turns numbers and dates into JavaScript's: here they are read from the text itself. */
class ExactParser extends TomlParser {
  readonly #source: string
  #valueStart = 0

  constructor(source: string) {
    super()
    this.#source = source
  }

  problem(message: string): TomlProblem {
    return new TomlProblem(message, Math.max(0, Math.min(this.ii, this.#source.length)))
  }

  protected override error<E extends Error>(error: E): E {
    throw this.problem(error.message)
  }

  /** The library forgets that a date in an array or inline table may end without a space. */
  protected override atEndOfWord(): boolean {
    return super.atEndOfWord() || /[,\]}]/.test(this.#source.charAt(this.ii))
  }

  /** The library swallows the character after a time; false makes it look at that character again. */
  protected override parseOnlyTimeFractionMaybe(): unknown {
    const hasFraction = this.#source.charAt(this.ii) === "."
    super.parseOnlyTimeFractionMaybe()
    return hasFraction ? undefined : false
  }

  protected override parseValue(): unknown {
    this.#valueStart = this.ii
    return super.parseValue()
  }

  protected override recordAssignKeyword(key: string): unknown {
    return super.recordAssignKeyword(KEY_MARK + key)
  }

  protected override parseTableMore(keyword: string): unknown {
    return super.parseTableMore(KEY_MARK + keyword)
  }

  protected override parseListMore(keyword: string): unknown {
    return super.parseListMore(KEY_MARK + keyword)
  }

  protected override recordAssignValue(value: unknown): unknown {
    return super.recordAssignValue(this.#exact(value))
  }

  protected override recordInlineListValue(value: unknown): unknown {
    return super.recordInlineListValue(this.#exact(value))
  }

  #exact(value: unknown): unknown {
    const text = () => this.#source.slice(this.#valueStart, this.ii).trim()
    if (value instanceof Date) return new ConfigDateTime(text())
    if (typeof value === "number" || value instanceof Number) return exactNumber(text(), this.#valueStart)
    // What is left is the library's box for integers beyond 2^53; tables and arrays carry no such field.
    return isBoxedInteger(value) ? exactNumber(text(), this.#valueStart) : value
  }
}

/** Dates the library's helper functions refuse carry no place. */
function isInvalidDate(error: unknown): error is TypeError {
  return error instanceof TypeError && error.message.startsWith("Invalid ")
}

function isBoxedInteger(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { value?: unknown }).value === "bigint"
}

function exactNumber(written: string, offset: number): number | bigint | ConfigFloat {
  const text = written.replaceAll("_", "")
  if (!/^(?:[+-]?\d+|0[xob][\da-f]+)$/i.test(text)) return new ConfigFloat(exactFloat(text))
  const integer = BigInt(text.replace(/^\+/, ""))
  if (integer < INTEGER_MIN || integer > INTEGER_MAX) {
    throw new TomlProblem(`the integer ${written} does not fit into 64 bits`, offset)
  }
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer
}

function exactFloat(text: string): number {
  if (text.endsWith("nan")) return Number.NaN
  if (text.endsWith("inf")) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(text)
}

function toTable(raw: object, depth: number): ConfigTable {
  return new Map(Object.entries(raw).map(([key, item]) => [key.slice(KEY_MARK.length), toValue(item, depth + 1)]))
}

function toValue(raw: unknown, depth: number): ConfigValue {
  if (depth > DEPTH_MAX) throw new TomlProblem(`tables and arrays are nested deeper than ${DEPTH_MAX} levels`, 0)
  if (raw instanceof ConfigFloat || raw instanceof ConfigDateTime) return raw
  if (Array.isArray(raw)) return raw.map((item) => toValue(item, depth + 1))
  return typeof raw === "object" && raw !== null ? toTable(raw, depth) : (raw as ConfigValue)
}

function explain(error: unknown, source: string, where: string): unknown {
  if (!(error instanceof TomlProblem)) return error
  const place = placeAt(source, error.offset)
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  return new HabError("TOML_INVALID", `${where}:${place.line}:${place.column} is not TOML: ${message}`, {
    problems: [{ where: `${where}:${place.line}:${place.column}`, message }],
    cause: error,
  })
}
