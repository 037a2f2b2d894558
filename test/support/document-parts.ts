import { createHash } from "node:crypto"

/** A heading, table or code block of a document. */
export type DocumentPart = Readonly<{ hash: string; text: string }>

/** The headings, tables and code blocks of a Markdown document, in their order, equal ones once. */
export function partsOf(document: string): readonly DocumentPart[] {
  const found = document.matchAll(/^#{1,6} .*$|^```.*\n[\s\S]*?^```$|^\|.*\n(?:\|.*\n)+/gm)
  const parts = [...found].map(([text]) => {
    const trimmed = text.trimEnd()
    return { hash: createHash("sha256").update(trimmed).digest("hex").slice(0, 8), text: trimmed }
  })
  return parts.filter(({ hash }, index) => parts.findIndex((part) => part.hash === hash) === index)
}

/** Titles of the tests in the text of a test file. */
export function titlesIn(source: string): ReadonlySet<string> {
  return new Set(
    [...source.matchAll(/\bit(?:\.\w+(?:\([^)]*\))?)*\(\s*"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? ""),
  )
}
