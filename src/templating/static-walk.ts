import { nearest } from "../base/nearest.ts"
import type { TextPlace } from "../config/text-place.ts"
import type { Call, Expression, Path, Program, TemplateNode } from "./ast.ts"
import type { Template } from "./engine.ts"
import { BLOCK_HELPERS, HELPERS, helperNames, isBlockHelper, isHelper } from "./helper-table.ts"
import { enterScope, lookUpShape, type Place, rootPlace, type ShapeScope } from "./shape-scope.ts"
import { ANY, type Shape } from "./shapes.ts"

/** Something wrong at a place of a file; `file` is its path below the template directory. */
export type Mistake = Readonly<{ file: string; place: TextPlace; message: string; hint?: string }>

export type WalkRequest = Readonly<{
  root: ReadonlyMap<string, Shape>
  template: Template
  partials: ReadonlyMap<string, Template>
}>

/** Partials inside partials that are followed. */
const DEPTH_MAX = 10

/** Looks through a template as a rendering would, with shapes for values. */
export function findMistakes(request: WalkRequest): readonly Mistake[] {
  const root: Shape = { tag: "table", fields: request.root }
  const file =
    [...request.partials].find(([, template]) => template === request.template)?.[0] ?? fileOf(request.template)
  const walk = new Walk(request, root)
  walk.collectTests(request.template.program, rootPlace(root))
  walk.program(file, request.template.program, rootPlace(root), 0)
  return walk.mistakes
}

function fileOf(template: Template): string {
  return template.path.slice(template.path.indexOf("/") + 1)
}

class Walk {
  readonly mistakes: Mistake[] = []
  readonly #request: WalkRequest
  readonly #root: Shape
  /** Absolute paths that default.toml lacks and some condition asks for. */
  readonly #tested = new Set<string>()
  readonly #inlines = new Map<string, Program>()
  #collecting = false

  constructor(request: WalkRequest, root: Shape) {
    this.#request = request
    this.#root = root
  }

  /** The first of two passes: a condition may stand behind what it is about. */
  collectTests(program: Program, scope: ShapeScope): void {
    this.#collecting = true
    this.program("", program, scope, 0)
    this.#collecting = false
    this.#inlines.clear()
  }

  program(file: string, program: Program, scope: ShapeScope, depth: number): void {
    for (const node of program) this.#node(file, node, scope, depth)
  }

  #node(file: string, node: TemplateNode, scope: ShapeScope, depth: number): void {
    if (node.tag === "output") this.#expression(file, node.expression, scope, false)
    if (node.tag === "inline") this.#inlines.set(node.name, node.body)
    if (node.tag === "block") this.#block(file, node, scope, depth)
    if (node.tag === "partial") this.#partial(file, node, scope, depth)
  }

  #block(file: string, node: Extract<TemplateNode, { tag: "block" }>, scope: ShapeScope, depth: number): void {
    const { call } = node
    const isGuard = call.name === "if" || call.name === "unless" || call.name === "with"
    const isTest = isGuard || HELPERS.get(call.name)?.isCondition === true || node.inverse !== undefined
    const [subject] = call.params.map((param) => this.#expression(file, param, scope, isTest))
    for (const [, value] of call.hash) this.#expression(file, value, scope, true)
    this.#checkHelper(file, call, true)
    this.program(file, node.body, enterScope(scope, node, subject), depth)
    this.program(file, node.inverse ?? [], scope, depth)
  }

  #partial(file: string, node: Extract<TemplateNode, { tag: "partial" }>, scope: ShapeScope, depth: number): void {
    const { name, context, hash } = node.call
    const base = context === undefined ? scope.at : this.#expression(file, context, scope, false)
    const added = hash.map(([key, value]) => [key, this.#expression(file, value, scope, false)?.shape ?? ANY] as const)
    if (node.body !== undefined) this.program(file, node.body, scope, depth)
    if (typeof name !== "string") return void this.#expression(file, name, scope, false)
    if (depth >= DEPTH_MAX || name === "@partial-block") return
    const inline = this.#inlines.get(name)
    const template = this.#request.partials.get(name)
    const program = inline ?? template?.program
    if (program !== undefined) {
      const inner = rootPlace(this.#root, { path: base?.path ?? "", shape: withFields(base?.shape ?? ANY, added) })
      return this.program(inline === undefined ? name : file, program, inner, depth + 1)
    }
    if (node.body !== undefined) return
    this.#report(file, node.place, `the partial '${name}' does not exist`, name, this.#request.partials.keys())
  }

  /** Where an expression leads; undefined for what a helper gives and what is missing. */
  #expression(file: string, expression: Expression, scope: ShapeScope, isTested: boolean): Place | undefined {
    if (expression.tag === "literal") return undefined
    if (expression.tag === "path") return this.#path(file, expression, scope, isTested)
    this.#checkHelper(file, expression, false)
    for (const param of expression.params) this.#expression(file, param, scope, isTested)
    return undefined
  }

  #path(file: string, path: Path, scope: ShapeScope, isTested: boolean): Place | undefined {
    const found = lookUpShape(this.#root, scope, path)
    if (isTested && found.tag === "missing") this.#tested.add(found.path)
    if (found.tag === "found" || isTested || this.#isTested(found.path))
      return found.tag === "found" ? found : undefined
    const prefix = path.parts.slice(0, found.known).join(".")
    const candidates = [...found.candidates].map((name) => (prefix === "" ? name : `${prefix}.${name}`))
    const upTo = path.parts.slice(0, found.known + 1).join(".")
    const message = found.isList ? `${path.raw}: a list has numbered items` : `'${path.raw}' is not defined`
    this.#report(file, path.place, message, upTo, candidates)
    return undefined
  }

  /** A path is optional when it, or what holds it, is asked for. */
  #isTested(path: string): boolean {
    const parts = path.split("\n")
    return parts.some((_, index) => this.#tested.has(parts.slice(0, index + 1).join("\n")))
  }

  #checkHelper(file: string, call: Call, isBlock: boolean): void {
    const { name, params, place } = call
    const helper = isBlockHelper(name) ? BLOCK_HELPERS[name] : HELPERS.get(name)
    if (helper !== undefined && params.length >= helper.parameters) return
    if (helper !== undefined)
      return this.#push(file, place, `${name} is called with too little`, `it is used as ${helper.usage}`)
    const isSection = isBlock && params.length === 0 && !isHelper(name)
    if (!isSection) return this.#report(file, place, `the helper '${name}' is not defined`, name, helperNames())
    const hint = `sections are not supported: write {{#each ${name}}}, {{#with ${name}}} or {{#if ${name}}}`
    this.#push(file, place, `the helper '${name}' is not defined`, hint)
  }

  #report(file: string, place: TextPlace, message: string, word: string, candidates: Iterable<string>): void {
    const meant = nearest(word, candidates)
    this.#push(file, place, message, meant === undefined ? undefined : `did you mean '${meant}'?`)
  }

  #push(file: string, place: TextPlace, message: string, hint: string | undefined): void {
    if (!this.#collecting) this.mistakes.push({ file, place, message, ...(hint === undefined ? {} : { hint }) })
  }
}

function withFields(shape: Shape, added: readonly (readonly [string, Shape])[]): Shape {
  if (added.length === 0 || shape.tag === "any") return shape
  return { tag: "table", fields: new Map([...(shape.tag === "table" ? shape.fields : []), ...added]) }
}
