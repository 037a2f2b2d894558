import { createHash } from "node:crypto"

export type Sentence = Readonly<{
  /** The heading it stands under. */
  section: string
  /** Its words with single spaces. */
  text: string
  /** Twelve hex digits that change with any of its words. */
  hash: string
}>

/**
 * The sentences of a page of markdown, in order: of paragraphs, notes and list items. A code block counts as one
 * sentence; front matter, headings and shortcodes as none.
 */
export function sentencesOf(markdown: string): Sentence[] {
  const body = markdown.replace(/^\+\+\+\n[\s\S]*?\n\+\+\+\n/, "").replace(/^\{\{[<%].*[>%]\}\}$/gm, "")
  const found: Sentence[] = []
  let section = ""
  for (const block of blocksOf(body)) {
    const heading = /^#+ (.*)$/.exec(block)
    if (heading !== null) section = heading[1] ?? ""
    else for (const text of split(block)) found.push({ section, text, hash: hashOf(text) })
  }
  return found
}

/** Blocks are apart by an empty line, list items by their mark; a code block is whole. */
function blocksOf(body: string): string[] {
  const code = /^```[\s\S]*?^```$/gm
  const prose = (text: string) => text.split(/\n\s*\n|\n(?=[-*] |#+ )|(?<=^#+ .*)\n/m)
  const blocks: string[] = []
  let at = 0
  for (const match of body.matchAll(code)) {
    blocks.push(...prose(body.slice(at, match.index)), match[0])
    at = match.index + match[0].length
  }
  return [...blocks, ...prose(body.slice(at))].map((block) => block.trim()).filter((block) => block !== "")
}

function split(block: string): string[] {
  if (block.startsWith("```")) return [block]
  const text = block.replace(/^[-*] /, "").replace(/\s+/g, " ")
  return text.split(/(?<=[.!?])\s+(?=[A-Z`*[(])/)
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12)
}
