import { TemplateProblem } from "./problem.ts"
import type { Tag } from "./scan.ts"

/** Blocks inside each other: what reads and renders them calls itself once per level. */
const DEPTH_MAX = 200

/** Throws TemplateProblem where blocks are not closed, closed twice, crossed, nested too deeply, or of a kind the reference lacks. */
export function checkBlocks(text: string, tags: readonly Tag[]): void {
  const open: Tag[] = []
  for (const tag of tags) {
    if (tag.kind === "open" && open.push(tag) > DEPTH_MAX) {
      throw new TemplateProblem(tag.start, `blocks are nested deeper than ${DEPTH_MAX} levels`)
    }
    if (tag.kind === "else") checkElse(text, tag, open.length)
    if (tag.kind === "close") checkClose(text, tag, open.pop())
  }
  const left = open.at(-1)
  if (left === undefined) return
  const name = nameOf(text, left)
  throw new TemplateProblem(left.start, `the block '${name}' is never closed`, `add {{/${name}}}`)
}

function checkElse(text: string, tag: Tag, depth: number): void {
  const name = nameOf(text, tag)
  if (tag.sigil === "^" && name !== "") {
    throw new TemplateProblem(tag.start, `inverse sections such as {{^${name}}} are not supported`, "use {{#unless …}}")
  }
  if (depth === 0) throw new TemplateProblem(tag.start, "this {{else}} is outside any block")
}

function checkClose(text: string, tag: Tag, open: Tag | undefined): void {
  const name = nameOf(text, tag)
  if (open === undefined) throw new TemplateProblem(tag.start, `{{/${name}}} closes nothing`)
  const expected = nameOf(text, open)
  if (name === expected) return
  const line = text.slice(0, open.start).split("\n").length
  throw new TemplateProblem(tag.start, `{{/${name}}} cannot close '${expected}' of line ${line}`)
}

function nameOf(text: string, tag: Tag): string {
  return /^\s*([^\s|(]*)/.exec(text.slice(tag.from, tag.to))?.[1] ?? ""
}
