import type { PlaceOf } from "../config/field-reader.ts"

const HEADER = /^\s*\[\[?\s*(?:"?hooks"?|"?hook_options"?)\.(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*\]\]?/
const KEY = /^\s*(?:"([^"]+)"|([\w-]+))\s*=/

/**
 * Places in a TOML text with `[[hooks.<event>]]` tables: the line of the hook, or of its key. Paths are those of
 * `readDeclarations`: event, index, key. What is written in another way has the file alone.
 */
export function linesOf(text: string, file: string): PlaceOf {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table: string | undefined
  text.split("\n").forEach((line, index) => {
    const [, ...names] = HEADER.exec(line) ?? []
    const event = names.find((name) => name !== undefined)
    const key = KEY.exec(line)
    if (event !== undefined) {
      const count = counts.get(event) ?? 0
      counts.set(event, count + 1)
      table = `${event}/${count}`
      lines.set(table, index + 1)
      if (count === 0) lines.set(event, index + 1)
    } else if (/^\s*\[/.test(line)) table = undefined
    else if (table !== undefined && key !== null) {
      lines.set(`${table}/${(key[1] ?? key[2] ?? "").replaceAll("-", "_")}`, index + 1)
    }
  })
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const line = lines.get(path.slice(0, length).join("/"))
      if (line !== undefined) return `${file}:${line}`
    }
    return file
  }
}
