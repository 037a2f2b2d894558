import type { ScannedTemplate, Tag } from "./scan.ts"

/**
 * The text before each tag and after the last one, as it will be printed (spec supervisor §5.2): `~` eats all white
 * space beside it; a block, comment or partial tag alone on its line takes the line with it, the end of the input counting
 * as the end of a line (not for partials, whose indentation goes to every line of the partial instead).
 */
export function trimTexts(text: string, { tags, escapes }: ScannedTemplate): readonly string[] {
  const texts: string[] = []
  let from = 0
  let after: Tag | undefined
  for (const before of [...tags, undefined]) {
    const to = before?.start ?? text.length
    const printed = withoutEscapes(text, from, to, escapes)
    texts.push(trimEnd(text, trimStart(text, printed, after), before))
    from = before?.end ?? text.length
    after = before
  }
  return texts
}

/** The white space every line of a partial is indented by: what stands before a partial tag alone on its line. */
export function partialIndent(text: string, tag: Tag): string {
  return !tag.trimsBefore && isAlone(text, tag) ? (/[ \t]*$/.exec(text.slice(0, tag.start))?.[0] ?? "") : ""
}

function withoutEscapes(text: string, from: number, to: number, escapes: readonly number[]): string {
  let printed = ""
  let at = from
  for (const backslash of escapes) {
    if (backslash < from || backslash >= to) continue
    printed += text.slice(at, backslash)
    at = backslash + 1
  }
  return printed + text.slice(at, to)
}

function trimStart(text: string, printed: string, tag: Tag | undefined): string {
  if (tag === undefined) return printed
  if (tag.trimsAfter) return printed.trimStart()
  return isStandalone(text, tag) ? printed.replace(/^[ \t]*(?:\r?\n)?/, "") : printed
}

function trimEnd(text: string, printed: string, tag: Tag | undefined): string {
  if (tag === undefined) return printed
  if (tag.trimsBefore) return printed.trimEnd()
  const takesIndent = tag.kind === "partial" ? isAlone(text, tag) : isStandalone(text, tag)
  return takesIndent ? printed.replace(/[ \t]+$/, "") : printed
}

function isStandalone(text: string, tag: Tag): boolean {
  return isAlone(text, tag) && !(tag.kind === "partial" && tag.end === text.length)
}

function isAlone(text: string, tag: Tag): boolean {
  if (tag.kind === "value") return false
  let before = tag.start - 1
  while (isBlank(text[before])) before--
  let after = tag.end
  while (isBlank(text[after])) after++
  const startsLine = before < 0 || isNewline(text[before])
  return startsLine && (tag.end === text.length || isNewline(text[after]))
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t"
}

function isNewline(char: string | undefined): boolean {
  return char === "\n" || char === "\r"
}
