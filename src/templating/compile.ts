import { nearest } from "../base/nearest.ts"
import type { TextPlace } from "../config/text-place.ts"
import type { Call, Expression, Path, Program, TemplateNode } from "./ast.ts"
import { compileBlock } from "./blocks.ts"
import { HelperProblem } from "./helper-call.ts"
import { BLOCK_HELPERS, HELPERS, helperNames, isBlockHelper } from "./helper-table.ts"
import { compileInline, compilePartial } from "./partials.ts"
import { RenderFailure, type RenderState, type Run, step, write } from "./render-state.ts"
import { NotAnIndex, resolvePath, type Scope } from "./scope.ts"
import { printValue, type TemplateValue } from "./values.ts"
import { warnUndefined } from "./warnings.ts"

/** Gives the value of an expression. */
export type Evaluate = (state: RenderState, scope: Scope) => TemplateValue

/**
 * Turns a tree into functions once, so that rendering looks nothing up but values. `path` names the template, `place` is
 * where the tree begins.
 */
export function compileProgram(path: string, program: Program, place: TextPlace): Run {
  const at = { path, place }
  const runs = program.map((node) => compileNode(at, node))
  return (state, scope) => {
    step(state, runs.length + 1, at)
    for (const run of runs) run(state, scope)
  }
}

function compileNode(at: Place, node: TemplateNode): Run {
  const { path } = at
  switch (node.tag) {
    case "text":
      return (state) => write(state, node.text, at)
    case "output": {
      const evaluate = compileExpression(path, node.expression)
      const here = { path, place: node.expression.place }
      return (state, scope) => write(state, printValue(evaluate(state, scope)), here)
    }
    case "block":
      return compileBlock(path, node)
    case "partial":
      return compilePartial(path, node)
    case "inline":
      return compileInline(path, node)
  }
}

/** What an expression means. `isTested` paths may be undefined without a warning: a guard asks whether they are. */
export function compileExpression(path: string, expression: Expression, isTested = false): Evaluate {
  if (expression.tag === "literal") return () => expression.value
  return expression.tag === "path" ? compilePath(path, expression, isTested) : compileCall(path, expression, isTested)
}

function compilePath(template: string, path: Path, isTested: boolean): Evaluate {
  return (state, scope) => {
    try {
      const value = resolvePath(state.root, scope, path)
      if (value === undefined && !isTested) warnUndefined(state, scope, template, path)
      return value
    } catch (error) {
      if (!(error instanceof NotAnIndex)) throw error
      const hint = error.key === "length" ? `write {{len ${path.parts.slice(0, -1).join(".")}}}` : undefined
      const message = `${path.raw}: a list has numbered items, no '${error.key}'`
      throw new RenderFailure({ path: template, place: path.place }, message, { hint })
    }
  }
}

/** The call of a helper that gives a value. */
export function compileCall(path: string, call: Call, isTested = false): Evaluate {
  const at = { path, place: call.place }
  const params = call.params.map((param) => compileExpression(path, param, isTested))
  const helper = HELPERS.get(call.name)
  if (isBlockHelper(call.name)) return blockWithoutBody(at, call, BLOCK_HELPERS[call.name])
  if (helper === undefined) return unknownHelper(at, call)
  return (state, scope) => {
    step(state, 1, at)
    checkParameters(at, call, helper)
    const values = params.map((param) => param(state, scope))
    const { root, packagesRoot } = state
    const value = attempt(at, call, () =>
      helper.run({ params: values, root, packagesRoot, log: (line) => state.logs.push(line) }),
    )
    if (typeof value === "string" && value.length > state.limits.output) {
      throw new RenderFailure(at, `what ${call.name} gives is too long`, { code: "TEMPLATE_TOO_LARGE" })
    }
    return value
  }
}

/** `{{if x}}` has nothing to choose from and prints nothing, as in the reference. */
function blockWithoutBody(at: Place, call: Call, helper: Parameters<typeof checkParameters>[2]): Evaluate {
  return () => {
    checkParameters(at, call, helper)
    return ""
  }
}

type Place = ConstructorParameters<typeof RenderFailure>[0]

/** Throws where a helper is called with too little. */
export function checkParameters(at: Place, call: Call, helper: Readonly<{ parameters: number; usage: string }>): void {
  if (call.params.length >= helper.parameters) return
  throw new RenderFailure(at, `${call.name} is called with too little`, { hint: `it is used as ${helper.usage}` })
}

function attempt<T>(at: Place, call: Call, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof HelperProblem) throw new RenderFailure(at, `${call.name} ${error.message}`)
    if (error instanceof RangeError) {
      throw new RenderFailure(at, `what ${call.name} gives is too long`, { code: "TEMPLATE_TOO_LARGE" })
    }
    throw error
  }
}

/** A helper nobody knows is an error only where it is reached, as in the reference. */
export function unknownHelper(at: Place, call: Call): () => never {
  const meant = nearest(call.name, helperNames())
  const hint = meant === undefined ? `the helpers are ${helperNames().join(", ")}` : `did you mean '${meant}'?`
  return () => {
    throw new RenderFailure(at, `the helper '${call.name}' is not defined`, { hint })
  }
}
