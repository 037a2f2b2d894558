import { printFloat } from "./print-float.ts"
import { ConfigDateTime, ConfigFloat, type ConfigTable, type ConfigValue, isConfigTable } from "./value.ts"

/**
 * A TOML document as the reference writes it: plain values first, then tables, a blank line before each header, no header
 * for a table that holds nothing but tables. Ends with a newline unless empty.
 */
export function printTomlDocument(table: ConfigTable): string {
  const blocks: string[] = []
  addTable(blocks, table, [], "")
  return blocks.join("\n")
}

/** A value on one line where TOML allows: `["a"]`, `{ a = 1 }`. Strings with newlines still take several. */
export function printTomlValue(value: ConfigValue): string {
  if (typeof value === "string") return printString(value)
  if (value instanceof ConfigFloat) return printFloat(value.value, "toml")
  if (value instanceof ConfigDateTime) return value.text
  if (isConfigTable(value)) {
    const fields = [...value].map(([key, item]) => `${printTomlKey(key)} = ${printTomlValue(item)}`)
    return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`
  }
  if (Array.isArray(value)) return `[${value.map((item) => printTomlValue(item as ConfigValue)).join(", ")}]`
  return String(value)
}

/** A key, quoted only where it must be. */
function printTomlKey(key: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(key)) return key
  const needsEscape = /["\\]|[\u0000-\u0008\u000a-\u001f\u007f]/.test(key)
  const literal = needsEscape && !/['\u0000-\u0008\u000a-\u001f\u007f]/.test(key)
  return literal ? `'${key}'` : `"${escapeBasic(key, false)}"`
}

/** `server."listen on".port`: a path of keys as TOML writes it. */
export function printTomlPath(path: readonly string[]): string {
  return path.map(printTomlKey).join(".")
}

function addTable(blocks: string[], table: ConfigTable, path: readonly string[], header: string): void {
  const entries = [...table]
  const values = entries.filter(([, value]) => !isConfigTable(value) && !isArrayOfTables(value))
  const tables = entries.filter(([, value]) => isConfigTable(value) || isArrayOfTables(value))
  const lines = values.map(([key, value]) => `${printTomlKey(key)} = ${printTomlValue(value)}\n`)
  const isNeeded = header.startsWith("[[") || lines.length > 0 || tables.length === 0
  if (header !== "" && isNeeded) lines.unshift(`${header}\n`)
  if (lines.length > 0) blocks.push(lines.join(""))
  for (const [key, value] of tables) {
    const inner = [...path, key]
    const name = printTomlPath(inner)
    if (isConfigTable(value)) addTable(blocks, value, inner, `[${name}]`)
    else for (const item of value as readonly ConfigTable[]) addTable(blocks, item, inner, `[[${name}]]`)
  }
}

function isArrayOfTables(value: ConfigValue): value is readonly ConfigTable[] {
  return Array.isArray(value) && value.length > 0 && value.every(isConfigTable)
}

/** The plainest of TOML's four kinds of string that needs no escapes; failing that, a basic one. */
function printString(text: string): string {
  const isMultiline = text.includes("\n")
  const hasControls = /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)
  const hasBackslash = text.includes("\\")
  const opening = isMultiline ? "\n" : ""
  if (!hasControls && !hasBackslash && !text.includes('"') && !isMultiline) return `"${escapeBasic(text, false)}"`
  if (!hasControls && !text.includes("'") && !isMultiline) return `'${text}'`
  if (!hasControls && !hasBackslash && !text.includes('"""')) return `"""${opening}${escapeBasic(text, true)}"""`
  if (!hasControls && !text.includes("'''")) return `'''${opening}${text}'''`
  return isMultiline ? `"""\n${escapeBasic(text, true)}"""` : `"${escapeBasic(text, false)}"`
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  '"""': '""\\"',
  "\\": "\\\\",
}

function escapeBasic(text: string, multiline: boolean): string {
  const special = multiline ? /"""|[\\\u0000-\u0009\u000b-\u001f\u007f]/g : /["\\\u0000-\u001f\u007f]/g
  return text.replace(special, (found) => {
    const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")
    return ESCAPES[found] ?? `\\u${code}`
  })
}
