import { Buffer } from "node:buffer"
import type { HabError } from "../base/errors.ts"

/** What a pax header may change about the member that follows it. */
export type PaxFields = Readonly<{ path?: string; linkpath?: string; size?: number; mtime?: number }>

/** GNU's long names: text up to the first zero byte. */
export function parseLongName(content: Uint8Array): string {
  const text = Buffer.from(content).toString("utf8")
  const end = text.indexOf("\0")
  return end < 0 ? text : text.slice(0, end)
}

/**
 * The records `<length> <key>=<value>\n` of a pax header, by their length: a value may hold line feeds (the tar library
 * reads line by line, and would fall back to a shortened name). Throws what `damaged` makes.
 */
export function parsePaxFields(content: Uint8Array, damaged: (why: string) => HabError): PaxFields {
  const bytes = Buffer.from(content)
  let fields: PaxFields = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(/^[1-9][0-9]{0,6}$/.exec(bytes.toString("latin1", at, Math.max(space, at)))?.[0])
    const record = bytes.toString("utf8", space + 1, at + length)
    const equals = record.indexOf("=")
    // Not a number compares false with everything, so a length that cannot be read is refused here too.
    if (!(at + length <= bytes.length && space < at + length) || !record.endsWith("\n") || equals < 1) {
      throw damaged("a pax header cannot be read")
    }
    fields = { ...fields, ...paxField(record.slice(0, equals), record.slice(equals + 1, -1), damaged) }
    at += length
  }
  return fields
}

function paxField(key: string, value: string, damaged: (why: string) => HabError): PaxFields {
  if (key === "path" || key === "linkpath") return { [key]: value }
  if (key.startsWith("GNU.sparse.")) throw damaged("it holds a sparse file, which is not supported")
  if (key !== "size" && key !== "mtime") return {}
  const number = Math.floor(Number(value))
  if (!Number.isSafeInteger(number) || (key === "size" && number < 0)) throw damaged(`its pax ${key} is '${value}'`)
  return { [key]: number }
}
