import { TemplateProblem } from "./problem.ts"

/** What a tag is, by what follows its braces. */
export type TagKind = "value" | "open" | "else" | "close" | "partial" | "decorator" | "comment"

export type Tag = Readonly<{
  start: number
  end: number
  kind: TagKind
  /** What follows the opening braces, without spaces: `#`, `#*`, `#>`, `/`, `>`, `*`, `^`, `&`, `else` or nothing. */
  sigil: string
  /** `~` beside the opening or closing braces. */
  trimsBefore: boolean
  trimsAfter: boolean
  /** Where names and values begin and end, behind braces, `~` and sigil. */
  from: number
  to: number
}>

export type ScannedTemplate = Readonly<{
  tags: readonly Tag[]
  /** Offsets of backslashes that escape what follows and are not printed. */
  escapes: readonly number[]
}>

/**
 * Finds the tags of a template; what lies between them is text (spec supervisor §5.2: escapes, comments, raw blocks).
 * Throws TemplateProblem for tags that never end.
 */
export function scanTemplate(text: string): ScannedTemplate {
  const tags: Tag[] = []
  const escapes: number[] = []
  let at = 0
  for (;;) {
    const start = text.indexOf("{{", at)
    if (start < 0) return { tags, escapes }
    const isBackslash = (offset: number) => offset >= at && text[offset] === "\\"
    if (isBackslash(start - 1)) escapes.push(start - 1)
    if (isBackslash(start - 1) && !isBackslash(start - 2)) {
      at = start + 2
      continue
    }
    for (const tag of readTags(text, start)) {
      tags.push(tag)
      at = tag.end
    }
  }
}

/** One tag, or the two tags of a raw block: nothing between those is a tag. */
function readTags(text: string, start: number): Tag[] {
  if (text.startsWith("{{{{", start)) return readRawBlock(text, start)
  const comment = /\{\{~?!(--)?/y
  comment.lastIndex = start
  const found = comment.exec(text)
  return [found === null ? readMustache(text, start) : readComment(text, start, found[1] !== undefined)]
}

function readRawBlock(text: string, start: number): Tag[] {
  const open = rawTag(text, start, "open")
  const marks = /\{\{\{\{(\/?)/g
  marks.lastIndex = open.end
  let depth = 1
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[1] === "/" ? -1 : 1
    if (depth === 0) return [open, rawTag(text, mark.index, "close")]
  }
  throw new TemplateProblem(start, "this raw block never ends", "end it with {{{{/raw}}}}")
}

function rawTag(text: string, start: number, kind: "open" | "close"): Tag {
  const to = text.indexOf("}}}}", start)
  if (to < 0) throw new TemplateProblem(start, "this tag never ends", "close it with }}}}")
  const sigil = kind === "close" ? "/" : ""
  return { start, end: to + 4, kind, sigil, trimsBefore: false, trimsAfter: false, from: start + 4 + sigil.length, to }
}

function readComment(text: string, start: number, dashed: boolean): Tag {
  const ending = dashed ? /--(~?)\}\}/g : /(~?)\}\}/g
  ending.lastIndex = start
  const found = ending.exec(text)
  if (found === null) {
    throw new TemplateProblem(start, "this comment never ends", dashed ? "end it with --}}" : "end it with }}")
  }
  const end = found.index + found[0].length
  const trimsBefore = text[start + 2] === "~"
  const trimsAfter = found[1] === "~"
  return { start, end, kind: "comment", sigil: "!", trimsBefore, trimsAfter, from: start, to: end }
}

const OPENING = /\{\{\{?\s*(~?)\s*(#\s*[*>]?|\/|>|\*|\^|&|else(?![\w.:$-])|)/y
/** Strings and `[key]` segments may hold braces. */
const PART = /"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]|\}\}|[\s\S]/y

const KINDS: Readonly<Record<string, TagKind>> = {
  "#": "open",
  "#*": "open",
  "#>": "open",
  "/": "close",
  ">": "partial",
  "*": "decorator",
  "^": "else",
  else: "else",
}

function readMustache(text: string, start: number): Tag {
  OPENING.lastIndex = start
  const [head = "", tilde, written = ""] = OPENING.exec(text) ?? []
  const sigil = written.replace(/\s/g, "")
  const from = start + head.length
  const close = findClose(text, from, start)
  const isTriple = head.startsWith("{{{")
  if (isTriple && text[close + 2] !== "}") throw new TemplateProblem(start, "'{{{' is closed by '}}' only")
  const content = text.slice(from, close).trimEnd()
  const trimsAfter = content.endsWith("~")
  const to = trimsAfter ? from + content.length - 1 : close
  const end = close + (isTriple ? 3 : 2)
  return { start, end, kind: KINDS[sigil] ?? "value", sigil, trimsBefore: tilde === "~", trimsAfter, from, to }
}

function findClose(text: string, from: number, start: number): number {
  PART.lastIndex = from
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    if (part[0] === "}}") return part.index
    if (part[0] === "{" && text[part.index + 1] === "{") break
  }
  throw new TemplateProblem(start, "this tag never ends", "close it with }}, or write \\{{ for two literal braces")
}
