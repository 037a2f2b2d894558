import type { Path } from "./ast.ts"
import { fieldOf, isList, isTable, type TemplateContext, type TemplateValue } from "./values.ts"

/** What names mean at one point of a rendering: each block of each, with and eachAlive opens a scope, if opens none. */
export type Scope = Readonly<{
  value: TemplateValue
  /** `@index` and its like: of this scope only, never of one around it. */
  locals: Locals | undefined
  /** Block parameters by name. */
  params: ReadonlyMap<string, TemplateValue> | undefined
  parent: Scope | undefined
}>

export type Locals = Readonly<{ index: number; first: boolean; last: boolean; key?: string }>

/** The scope a template starts in. */
export function rootScope(value: TemplateValue): Scope {
  return { value, locals: undefined, params: undefined, parent: undefined }
}

/** The value of a list that a key which is no number asks for: an error in the reference. */
export class NotAnIndex extends Error {
  readonly key: string

  constructor(key: string) {
    super(key)
    this.key = key
  }
}

/** The value a path means; undefined when there is none. Throws NotAnIndex. */
export function resolvePath(root: TemplateContext, scope: Scope, path: Path): TemplateValue {
  const { parts } = path
  if (path.base === "local") return walk(localOf(scope, path.depth, parts[0]), parts, 1)
  if (path.base === "root") return walk(root, parts, 0)
  const named = path.base === "scope" ? scopeNaming(scope, parts[0]) : undefined
  if (named !== undefined) return walk(named.params?.get(parts[0] ?? ""), parts, 1)
  // Too many `../` mean the scope at hand, as in the reference.
  return walk((ancestor(scope, path.depth) ?? scope).value, parts, 0)
}

/** What a key means in a value. Throws NotAnIndex. */
export function childOf(value: TemplateValue, key: string): TemplateValue {
  if (isTable(value)) return fieldOf(value, key)
  if (!isList(value)) return undefined
  if (!/^\+?\d+$/.test(key)) throw new NotAnIndex(key)
  return value[Number(key)]
}

function walk(start: TemplateValue, parts: readonly string[], from: number): TemplateValue {
  let value = start
  for (let index = from; index < parts.length && value !== undefined; index++) {
    value = childOf(value, parts[index] ?? "")
  }
  return value
}

function scopeNaming(scope: Scope, name: string | undefined): Scope | undefined {
  if (name === undefined) return undefined
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.params?.has(name)) return at
  return undefined
}

function ancestor(scope: Scope, depth: number): Scope | undefined {
  let found: Scope | undefined = scope
  for (let passed = 0; passed < depth; passed++) found = found?.parent
  return found
}

function localOf(scope: Scope, depth: number, name: string | undefined): TemplateValue {
  const locals = ancestor(scope, depth)?.locals
  return locals === undefined || name === undefined ? undefined : fieldOf(locals, name)
}
