import { TemplateProblem } from "./problem.ts"
import type { Tag } from "./scan.ts"

/**
 * Stand-ins for path segments that Handlebars reads as numbers or keywords (`a.0`, `a.true`): noncharacters, one for one,
 * so that every place in the text stays what it was.
 */
const DIGIT_BASE = 0xfdd0
const KEYWORD_LETTERS = "tfnu"
const KEYWORD_BASE = DIGIT_BASE + 10
const RESERVED = /[\ufdd0-\ufddd]/

/**
 * The template as Handlebars' grammar wants it, each tag where it was: text and comments become blanks (their meaning is
 * in the scan), and what the reference accepts but that grammar refuses is respelled: `{{ #if x ~ }}`, `{{a.0}}`.
 */
export function normalizeTags(text: string, tags: readonly Tag[]): string {
  const reserved = RESERVED.exec(text)
  if (reserved !== null) throw new TemplateProblem(reserved.index, "this is no character (U+FDD0 to U+FDDD)")
  let normalized = ""
  for (const tag of tags) {
    normalized += blank(text.slice(normalized.length, tag.start))
    normalized += tag.kind === "comment" ? blank(text.slice(tag.start, tag.end)) : normalizeTag(text, tag)
  }
  return normalized + blank(text.slice(normalized.length))
}

/** The segment a stand-in stands for. */
export function restoreSegment(segment: string): string {
  return segment.replace(new RegExp(RESERVED, "g"), (char) => {
    const code = char.charCodeAt(0)
    return code < KEYWORD_BASE ? String(code - DIGIT_BASE) : (KEYWORD_LETTERS[code - KEYWORD_BASE] ?? "")
  })
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ")
}

function normalizeTag(text: string, tag: Tag): string {
  const head = text.slice(tag.start, tag.from)
  const tail = text.slice(tag.to, tag.end)
  const braces = /^\{*/.exec(head)?.[0].length ?? 2
  const opening = "{".repeat(braces) + (tag.trimsBefore ? "~" : "") + tag.sigil + spaceOf(head)
  const closing = spaceOf(tail) + (tag.trimsAfter ? "~" : "") + "}".repeat(braces)
  return opening + normalizeContent(text.slice(tag.from, tag.to), tag.from) + closing
}

/** The white space between braces, `~` and sigil; line breaks in it must stay. */
function spaceOf(part: string): string {
  return part.replace(/\S/g, "")
}

/** Numbers, strings, `[key]` segments, separators with the segment behind them, names, anything else. */
const TOKEN =
  /(?<![^\s(=])-?\d+(?:\.\d+)?(?=[\s)]|$)|"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]|[./]?[^\s!"#%-,./;->@[-^`{-~]+|[\s\S]/g

/** Sub-expressions inside each other. */
const DEPTH_MAX = 100

function normalizeContent(content: string, offset: number): string {
  let depth = 0
  return content.replace(TOKEN, (token: string, at: number) => {
    depth += token === "(" ? 1 : token === ")" ? -1 : 0
    if (depth > DEPTH_MAX) {
      throw new TemplateProblem(offset + at, `sub-expressions are nested deeper than ${DEPTH_MAX} levels`)
    }
    if (token.startsWith("[") && at > 0 && /[^\s.(/=@|]/.test(content.charAt(at - 1)))
      refuseBracket(content, offset, at)
    const [, separator, segment] = /^([./])(\d+|true|false|null|undefined)$/.exec(token) ?? []
    return segment === undefined ? token : `${separator}${disguise(segment)}`
  })
}

function disguise(segment: string): string {
  const keyword = KEYWORD_LETTERS.indexOf(segment.charAt(0))
  if (keyword >= 0) return String.fromCharCode(KEYWORD_BASE + keyword) + segment.slice(1)
  return segment.replace(/\d/g, (digit) => String.fromCharCode(DIGIT_BASE + Number(digit)))
}

function refuseBracket(content: string, offset: number, at: number): never {
  const written = content.trim()
  const corrected = written.replace(/(?<=[^\s.(/=@|])\[/g, ".[")
  throw new TemplateProblem(offset + at, `'[' needs a '.' in front of it: {{${written}}}`, `write {{${corrected}}}`)
}
