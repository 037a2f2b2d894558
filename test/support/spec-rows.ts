import { createHash } from "node:crypto"

export type SpecRow = Readonly<{
  /** Number of the heading it stands under: `5.2`. */
  section: string
  text: string
  /** Twelve hex digits that change with any of its characters. */
  hash: string
}>

/** The rows of tables, list items and lines of prose of a chapter, in order; heads of tables and rulers are none. */
export function specRowsOf(markdown: string, chapter: number): SpecRow[] {
  const found: SpecRow[] = []
  let section = ""
  const lines = markdown.split("\n")
  for (const [index, text] of lines.entries()) {
    const heading = /^#+ ([\d.]+)/.exec(text)
    if (heading !== null) section = heading[1] ?? ""
    else if (section.startsWith(`${chapter}.`) && isRow(text, lines[index + 1])) {
      found.push({ section, text, hash: createHash("sha256").update(text).digest("hex").slice(0, 12) })
    }
  }
  return found
}

function isRow(text: string, next = ""): boolean {
  return text.trim() !== "" && !/^(?:-{3,}|\|[-|]+\|)$/.test(text) && !/^\|-/.test(next)
}
