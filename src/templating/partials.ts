import { nearest } from "../base/nearest.ts"
import type { TemplateNode } from "./ast.ts"
import { compileExpression, compileProgram, type Evaluate } from "./compile.ts"
import { PARTIALS_MAX, RenderFailure, type RenderState, type Run, write } from "./render-state.ts"
import { rootScope, type Scope } from "./scope.ts"
import { entriesOf, isTable, type TemplateValue } from "./values.ts"

/** `{{#*inline "name"}}`: from here on `{{> name}}` means this body. */
export function compileInline(path: string, node: Extract<TemplateNode, { tag: "inline" }>): Run {
  const body = compileProgram(path, node.body, node.place)
  return (state) => void state.inlines.set(node.name, body)
}

/**
 * `{{> name}}`: the template of that name, seen from a scope of its own: the context given or the one at hand, with the
 * hash on top. A block partial's body is what `{{> @partial-block}}` means inside, and stands in for a missing partial.
 */
export function compilePartial(path: string, node: Extract<TemplateNode, { tag: "partial" }>): Run {
  const at = { path, place: node.place }
  const name = compileName(path, node)
  const context = node.call.context === undefined ? undefined : compileExpression(path, node.call.context)
  const hash = node.call.hash.map(([key, value]) => [key, compileExpression(path, value)] as const)
  const body = node.body === undefined ? undefined : compileProgram(path, node.body, node.place)
  const inlines = (node.body ?? []).flatMap((child) => (child.tag === "inline" ? [compileInline(path, child)] : []))
  return (state, scope) => {
    for (const define of inlines) define(state, scope)
    const found = findPartial(state, name(state, scope), at, body)
    const inner = rootScope(partialContext(state, scope, context, hash))
    include(state, found, inner, body, at, node.indent)
  }
}

type At = Readonly<{ path: string; place: { line: number; column: number } }>
type Found = Readonly<{ run: Run; partialBlock?: RenderState["partialBlock"] }>

function compileName(
  path: string,
  node: Extract<TemplateNode, { tag: "partial" }>,
): (state: RenderState, scope: Scope) => string {
  const { name } = node.call
  if (typeof name === "string") return () => name
  const evaluate = compileExpression(path, name)
  return (state, scope) => {
    const value = evaluate(state, scope)
    if (typeof value === "string") return value
    throw new RenderFailure({ path, place: node.place }, "the name of a partial must be a text")
  }
}

function findPartial(state: RenderState, name: string, at: At, body: Run | undefined): Found {
  if (name === "@partial-block" && state.partialBlock !== undefined) {
    const { run, outer } = state.partialBlock
    return { run, partialBlock: outer }
  }
  const run = state.inlines.get(name) ?? state.partials.get(name)?.run ?? body
  if (run !== undefined && run === state.stack.at(-1)) {
    throw new RenderFailure(at, `the template '${name}' includes itself`)
  }
  if (run !== undefined) return { run }
  const meant = nearest(name, [...state.inlines.keys(), ...state.partials.keys()])
  const hint = meant === undefined ? "a partial is another template of the same directory" : `did you mean '${meant}'?`
  throw new RenderFailure(at, `the partial '${name}' does not exist`, { hint })
}

function partialContext(
  state: RenderState,
  scope: Scope,
  context: Evaluate | undefined,
  hash: readonly (readonly [string, Evaluate])[],
): TemplateValue {
  const base = context === undefined ? scope.value : context(state, scope)
  if (hash.length === 0) return base
  const added = hash.map(([key, evaluate]) => [key, evaluate(state, scope)] as const)
  return new Map([...(isTable(base) ? entriesOf(base) : []), ...added])
}

function include(state: RenderState, found: Found, scope: Scope, body: Run | undefined, at: At, indent: string): void {
  if (state.stack.length >= PARTIALS_MAX) {
    throw new RenderFailure(at, `partials include each other more than ${PARTIALS_MAX} levels deep`)
  }
  const { out, partialBlock } = state
  if (indent !== "") state.out = ""
  if (body !== undefined) state.partialBlock = { run: body, outer: partialBlock }
  else if ("partialBlock" in found) state.partialBlock = found.partialBlock
  state.stack.push(found.run)
  found.run(state, scope)
  state.stack.pop()
  state.partialBlock = partialBlock
  if (indent === "") return
  const printed = state.out
  state.out = out
  write(state, indentLines(printed, indent), at)
}

function indentLines(text: string, indent: string): string {
  const lines = text.split("\n")
  return lines.map((line, index) => (line === "" && index === lines.length - 1 ? "" : indent + line)).join("\n")
}
