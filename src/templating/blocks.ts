import type { Call, Program, TemplateNode } from "./ast.ts"
import {
  checkParameters,
  compileCall,
  compileExpression,
  compileProgram,
  type Evaluate,
  unknownHelper,
} from "./compile.ts"
import { BLOCK_HELPERS, type BlockHelperName, HELPERS, isBlockHelper } from "./helper-table.ts"
import { RenderFailure, type RenderState, type Run, write } from "./render-state.ts"
import type { Locals, Scope } from "./scope.ts"
import {
  describeValue,
  entriesOf,
  fieldOf,
  isList,
  isTable,
  isTruthy,
  printValue,
  type TemplateValue,
} from "./values.ts"

type BlockNode = Extract<TemplateNode, { tag: "block" }>

/** A block with its parts compiled. */
type Block = Readonly<{
  path: string
  call: Call
  params: readonly string[]
  subject: Evaluate
  includeZero: Evaluate
  body: Run
  inverse: Run
  hasInverse: boolean
}>

const NOTHING: Program = []

/** What a block does (spec supervisor §5.2, §5.3). A block whose name is no helper is an error, never a section. */
export function compileBlock(path: string, node: BlockNode): Run {
  const { call } = node
  if (!isBlockHelper(call.name)) return compileValueBlock(path, node)
  const name = call.name
  const isGuard = name === "if" || name === "unless" || name === "with"
  const [subject = { tag: "literal", value: undefined, place: call.place } as const] = call.params
  const includeZero = call.hash.find(([key]) => key === "includeZero")?.[1]
  const block: Block = {
    path,
    call,
    params: node.params,
    // A list that is missing is expected where an else part says what to do then.
    subject: compileExpression(path, subject, isGuard || node.inverse !== undefined),
    includeZero: includeZero === undefined ? () => false : compileExpression(path, includeZero, true),
    body: compileProgram(path, node.body, call.place),
    inverse: compileProgram(path, node.inverse ?? NOTHING, call.place),
    hasInverse: node.inverse !== undefined,
  }
  const run = RUNS[name]
  return (state, scope) => {
    checkParameters({ path, place: call.place }, call, BLOCK_HELPERS[name])
    run(block, state, scope)
  }
}

const RUNS: Readonly<Record<BlockHelperName, (block: Block, state: RenderState, scope: Scope) => void>> = {
  if: (block, state, scope) => (holds(block, state, scope) ? block.body : block.inverse)(state, scope),
  unless: (block, state, scope) => (holds(block, state, scope) ? block.inverse : block.body)(state, scope),
  raw: (block, state, scope) => block.body(state, scope),
  with(block, state, scope) {
    const value = block.subject(state, scope)
    if (isTruthy(value)) block.body(state, enter(scope, block, value, undefined, undefined))
    else block.inverse(state, scope)
  },
  each(block, state, scope) {
    const value = block.subject(state, scope)
    if (isList(value) && value.length > 0) runList(block, state, scope, value, 0)
    else if (isTable(value) && entriesOf(value).length > 0) runTable(block, state, scope, entriesOf(value))
    else block.inverse(state, scope)
  },
  eachAlive(block, state, scope) {
    const value = block.subject(state, scope)
    if (!isTruthy(value)) block.inverse(state, scope)
    else if (isList(value))
      runList(
        block,
        state,
        scope,
        value.filter((item) => isAlive(block, item)),
        1,
      )
    else if (!isTable(value)) fail(block, `eachAlive needs a list of members, not ${describeValue(value)}`)
    else if (isAlive(block, value)) runTable(block, state, scope, entriesOf(value))
  },
}

function holds(block: Block, state: RenderState, scope: Scope): boolean {
  return isTruthy(block.subject(state, scope), block.includeZero(state, scope) === true)
}

function isAlive(block: Block, member: TemplateValue): boolean {
  const alive = isTable(member) ? fieldOf(member, "alive") : undefined
  if (alive !== undefined && typeof alive !== "boolean") {
    fail(block, `eachAlive needs members whose 'alive' is true or false, not ${describeValue(alive)}`)
  }
  return alive === true
}

function fail(block: Block, message: string): never {
  throw new RenderFailure({ path: block.path, place: block.call.place }, message)
}

function runList(
  block: Block,
  state: RenderState,
  scope: Scope,
  items: readonly TemplateValue[],
  firstIndex: number,
): void {
  items.forEach((item, at) => {
    const index = at + firstIndex
    const locals = { index, first: at === 0, last: at === items.length - 1 }
    block.body(state, enter(scope, block, item, locals, index))
  })
}

function runTable(
  block: Block,
  state: RenderState,
  scope: Scope,
  entries: readonly (readonly [string, TemplateValue])[],
): void {
  entries.forEach(([key, item], index) => {
    const locals = { index, first: index === 0, last: index === entries.length - 1, key }
    block.body(state, enter(scope, block, item, locals, key))
  })
}

/** The scope inside a block: the first block parameter is the value, the second its index or key. */
function enter(
  parent: Scope,
  block: Block,
  value: TemplateValue,
  locals: Locals | undefined,
  second: number | string | undefined,
): Scope {
  const [valueName, secondName] = block.params
  if (valueName === undefined) return { value, locals, params: undefined, parent }
  const params = new Map<string, TemplateValue>([[valueName, value]])
  if (secondName !== undefined) params.set(secondName, second)
  return { value, locals, params, parent }
}

/** `{{#eq a b}}…{{else}}…{{/eq}}` chooses; any other helper that gives a value prints it, whatever the body. */
function compileValueBlock(path: string, node: BlockNode): Run {
  const { call } = node
  const at = { path, place: call.place }
  const helper = HELPERS.get(call.name)
  if (helper === undefined) return unknownBlock(path, call)
  const evaluate = compileCall(path, call, helper.isCondition === true)
  if (helper.isCondition !== true) return (state, scope) => write(state, printValue(evaluate(state, scope)), at)
  const body = compileProgram(path, node.body, call.place)
  const inverse = compileProgram(path, node.inverse ?? NOTHING, call.place)
  return (state, scope) => (evaluate(state, scope) === true ? body : inverse)(state, scope)
}

function unknownBlock(path: string, call: Call): Run {
  const at = { path, place: call.place }
  if (call.params.length > 0 || call.hash.length > 0) return unknownHelper(at, call)
  const hint = `sections are not supported: write {{#each ${call.name}}}, {{#with ${call.name}}} or {{#if ${call.name}}}`
  return () => {
    throw new RenderFailure(at, `the helper '${call.name}' is not defined`, { hint })
  }
}
