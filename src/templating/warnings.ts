import { nearest } from "../base/nearest.ts"
import type { Path } from "./ast.ts"
import type { RenderState, TemplateWarning } from "./render-state.ts"
import { resolvePath, type Scope } from "./scope.ts"
import { entriesOf, isTable } from "./values.ts"

/** More than anyone reads; a loop over a mistake names the same place once anyway. */
const WARNINGS_MAX = 100

/** Notes that a path leads nowhere, once per place, with the nearest name that would lead somewhere. */
export function warnUndefined(state: RenderState, scope: Scope, template: string, path: Path): void {
  const { line, column } = path.place
  const key = `${template}:${line}:${column}`
  if (state.warnings.has(key) || state.warnings.size >= WARNINGS_MAX) return
  const meant = suggestion(state, scope, path)
  state.warnings.set(key, {
    path: template,
    line,
    column,
    message: `'${path.raw}' is not defined`,
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  })
}

/** The path with its first wrong part replaced by the nearest key there is. */
function suggestion(state: RenderState, scope: Scope, path: Path): string | undefined {
  for (let known = path.parts.length - 1; known >= 0; known--) {
    const container = resolvePath(state.root, scope, { ...path, parts: path.parts.slice(0, known) })
    if (!isTable(container)) continue
    const meant = nearest(
      path.parts[known] ?? "",
      entriesOf(container).map(([key]) => key),
    )
    return meant === undefined ? undefined : [...path.parts.slice(0, known), meant].join(".")
  }
  return undefined
}

/** What a template's author is told about a place in it. */
export function describeWarning(warning: TemplateWarning) {
  const text = `${warning.path}:${warning.line}:${warning.column}: ${warning.message}`
  return { tag: "warning", text, ...(warning.hint === undefined ? {} : { hint: warning.hint }) } as const
}
