import type { Path, TemplateNode } from "./ast.ts"
import { ANY, type Shape } from "./shapes.ts"

/** A shape, and where it is: parts joined by newlines, with `*` for any item of a list. */
export type Place = Readonly<{ path: string; shape: Shape }>

/** As `Scope`, for shapes. */
export type ShapeScope = Readonly<{
  at: Place
  locals: ReadonlySet<string>
  params: ReadonlyMap<string, Place>
  parent: ShapeScope | undefined
}>

export type Lookup =
  | (Place & Readonly<{ tag: "found" }>)
  /** `known` parts lead somewhere; `candidates` are what is there. */
  | Readonly<{ tag: "missing"; path: string; known: number; candidates: readonly string[]; isList: boolean }>

const LEAF: Shape = { tag: "leaf" }
const NO_LOCALS: ReadonlySet<string> = new Set()
const LOCALS: ReadonlySet<string> = new Set(["index", "key", "first", "last"])

/** The scope a template starts in. */
export function rootPlace(root: Shape, at: Place = { path: "", shape: root }): ShapeScope {
  return { at, locals: NO_LOCALS, params: new Map(), parent: undefined }
}

/** The scope inside a block; conditions open none. */
export function enterScope(
  scope: ShapeScope,
  node: Extract<TemplateNode, { tag: "block" }>,
  subject: Place | undefined,
): ShapeScope {
  const loops = node.call.name === "each" || node.call.name === "eachAlive"
  if (!loops && node.call.name !== "with") return scope
  const at = loops ? itemOf(subject) : (subject ?? unknown())
  const [first, second] = node.params
  const params = new Map<string, Place>()
  if (first !== undefined) params.set(first, at)
  if (second !== undefined) params.set(second, { path: "@", shape: LEAF })
  return { at, locals: loops ? LOCALS : NO_LOCALS, params, parent: scope }
}

function unknown(): Place {
  return { path: "?", shape: ANY }
}

function itemOf(subject: Place | undefined): Place {
  if (subject === undefined) return unknown()
  const { shape, path } = subject
  if (shape.tag === "list") return { path: `${path}\n*`, shape: shape.item }
  const fields = shape.tag === "table" ? new Set([...shape.fields.values()]) : new Set<Shape>()
  const [only = ANY] = fields
  return { path: `${path}\n*`, shape: fields.size === 1 ? only : ANY }
}

/** As `resolvePath`, for shapes. */
export function lookUpShape(root: Shape, scope: ShapeScope, path: Path): Lookup {
  const { parts, base, depth } = path
  if (base === "local") return lookUpLocal(scope, path)
  if (base === "root") return descend({ path: "", shape: root }, parts, 0)
  const named = base === "scope" ? findParam(scope, parts[0]) : undefined
  if (named !== undefined) return descend(named, parts, 1)
  return descend((ancestor(scope, depth) ?? scope).at, parts, 0)
}

function lookUpLocal(scope: ShapeScope, path: Path): Lookup {
  const [name = ""] = path.parts
  const locals = ancestor(scope, path.depth)?.locals ?? NO_LOCALS
  if (locals.has(name)) return { tag: "found", path: `@${name}`, shape: LEAF }
  return { tag: "missing", path: `@${name}`, known: 0, candidates: [...locals], isList: false }
}

function descend(start: Place, parts: readonly string[], from: number): Lookup {
  let at = start
  for (let index = from; index < parts.length; index++) {
    const part = parts[index] ?? ""
    const shape = childOf(at.shape, part)
    const path = at.path === "" ? part : `${at.path}\n${at.shape.tag === "list" ? "*" : part}`
    if (shape === undefined) {
      const candidates = at.shape.tag === "table" ? [...at.shape.fields.keys()] : []
      return { tag: "missing", path, known: index, candidates, isList: at.shape.tag === "list" }
    }
    at = { path, shape }
  }
  return { tag: "found", ...at }
}

function childOf(shape: Shape, key: string): Shape | undefined {
  if (shape.tag === "any") return ANY
  if (shape.tag === "table") return shape.fields.get(key)
  return shape.tag === "list" && /^\d+$/.test(key) ? shape.item : undefined
}

function findParam(scope: ShapeScope, name: string | undefined): Place | undefined {
  for (let at: ShapeScope | undefined = scope; at !== undefined; at = at.parent) {
    const found = name === undefined ? undefined : at.params.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

function ancestor(scope: ShapeScope, depth: number): ShapeScope | undefined {
  let found: ShapeScope | undefined = scope
  for (let passed = 0; passed < depth; passed++) found = found?.parent
  return found
}
