import type { JsonValue } from "../config/json.ts"
import { printFloat } from "../config/print-float.ts"
import { ConfigDateTime, ConfigFloat, isConfigTable } from "../config/value.ts"

/** YAML as the reference's library writes it, without a `---` header, with a final newline (spec supervisor §5.3). */
export function printYaml(value: JsonValue): string {
  return `${print(value, "").replace(/^\n/, "")}\n`
}

/**
 * One node behind what stands on its line already: scalars and empty collections stay on it, collections begin on the next
 * line (hence a leading newline). `margin` is the indentation of the line.
 */
function print(value: JsonValue, margin: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]"
    return value.map((item: JsonValue) => `\n${margin}- ${insideItem(item, `${margin}  `)}`).join("")
  }
  if (!isConfigTable(value)) return printScalar(value as JsonValue, margin)
  if (value.size === 0) return "{}"
  return [...value].map(([key, item]) => `\n${margin}${printKey(key)}${afterKey(item, margin)}`).join("")
}

/** The first line of a collection inside a list stands on the line of its dash. */
function insideItem(item: JsonValue, margin: string): string {
  const printed = print(item, isCollection(item) ? margin : margin.slice(2))
  return isCollection(item) ? printed.slice(1 + margin.length) : printed
}

function afterKey(item: JsonValue, margin: string): string {
  // Lists in a table are not indented, tables are.
  const inner = isCollection(item) && !Array.isArray(item) ? `${margin}  ` : margin
  const printed = print(item, inner)
  return isCollection(item) ? `:${printed}` : `: ${printed}`
}

function isCollection(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length > 0 : isConfigTable(value) && value.size > 0
}

function printKey(key: string): string {
  const printed = printText(key)
  return key.includes("\n") ? doubleQuoted(key) : printed
}

function printScalar(value: JsonValue, margin: string): string {
  if (value instanceof ConfigFloat) return printFloat(value.value, "yaml")
  if (value instanceof ConfigDateTime) return printText(value.text)
  if (typeof value !== "string") return String(value)
  return value.includes("\n") ? printLines(value, margin) : printText(value)
}

/** What would read as null, boolean or number, or did in older YAML. */
const AMBIGUOUS =
  /^(?:|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[yYnN]|[+-]?0x[\da-fA-F]+|[+-]?0o[0-7]+|[+-]?0b[01]+|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
/** Characters the library does not print as they are; it does not know those beyond U+FFFF. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/
/** Indicators at the start, `: ` and ` #` inside, white space at the ends, document marks. */
const NOT_PLAIN = /^[#,[\]{}&*!|>'"%@`]|^[?:-](?:\s|$)|:(?:\s|$)|\s#|^\s|\s$|^(?:---|\.\.\.)/

function printText(text: string): string {
  if (SPECIAL.test(text)) return doubleQuoted(text)
  if (AMBIGUOUS.test(text) || NOT_PLAIN.test(text)) return `'${text.replaceAll("'", "''")}'`
  return text
}

/** Text of several lines as a literal block, unless it holds what a block cannot. */
function printLines(text: string, margin: string): string {
  const hasSpecial = SPECIAL.test(text.replaceAll("\t", ""))
  if (hasSpecial || /[ \t]\n|[ \t]$/.test(text)) return doubleQuoted(text)
  const indicator = /^[ \n]/.test(text) ? "2" : ""
  const ending = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : ""
  const lines = text.replace(/\n$/, "").split("\n")
  return `|${indicator}${ending}${lines.map((line) => (line === "" ? "\n" : `\n${margin}  ${line}`)).join("")}`
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\u0000": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u2028": "\\L",
  "\u2029": "\\P",
}

function doubleQuoted(text: string): string {
  const escaped = [...text].map((char) => {
    if (ESCAPES[char] !== undefined) return ESCAPES[char]
    if (!SPECIAL.test(char)) return char
    const code = char.codePointAt(0) ?? 0
    const digits = code.toString(16).toUpperCase()
    return code > 0xffff
      ? `\\U${digits.padStart(8, "0")}`
      : code > 0xff
        ? `\\u${digits.padStart(4, "0")}`
        : `\\x${digits.padStart(2, "0")}`
  })
  return `"${escaped.join("")}"`
}
