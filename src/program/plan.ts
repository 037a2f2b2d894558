import { isDeepStrictEqual } from "node:util"
import { inOrder } from "./order.ts"
import { childrenOf, type Resource, type ResourceKind, type ResourceRef, type Values } from "./resource.ts"
import { existing, type SetState, type StoredResource } from "./state.ts"

/** What is done about one resource. `finish` runs an after hook that is still owed. */
export type Action =
  | { readonly tag: "create"; readonly resource: Resource }
  | { readonly tag: "update"; readonly resource: Resource; readonly old: StoredResource }
  | { readonly tag: "replace"; readonly resource: Resource; readonly old: StoredResource }
  | { readonly tag: "keep"; readonly resource: StoredResource }
  | { readonly tag: "delete"; readonly old: StoredResource }
  /** The beginning and the end of a group's deletion stand around those of its children. */
  | { readonly tag: "begin-delete"; readonly old: StoredResource }
  | { readonly tag: "finish"; readonly ref: ResourceRef }

/** A step of a plan; it may begin when those named in `after` have succeeded. */
export type Step = Readonly<{ key: string; after: readonly string[]; action: Action }>

/** Inputs that make something another thing: it is replaced instead of updated. Values are compared as they are. */
export type Identity = (kind: ResourceKind, inputs: Values) => string

/**
 * What leads from a state to what is wanted (spec lifecycle §C.6, decisions 27, 28): owed hooks, then creates and updates
 * in the order of the graph, then deletions in the reverse of it. A group stands around its children.
 */
export function planApply(state: SetState, wanted: readonly Resource[], identity: Identity): readonly Step[] {
  const there = existing(state)
  const kept = new Set<string>(wanted.map(({ ref }) => ref))
  const gone = Object.values(there).filter(({ ref }) => !kept.has(ref))
  return [
    ...owedSteps(state, kept),
    ...inOrder(wanted.flatMap((one) => stepsTo(one, { state, wanted, identity }))),
    ...deletions(gone),
  ]
}

/** What leads to nothing. */
export function planDestroy(state: SetState): readonly Step[] {
  return planApply(state, [], () => "")
}

type Wish = Readonly<{ state: SetState; wanted: readonly Resource[]; identity: Identity }>

/** A group's own after hooks come behind its children, those of everything else before anything new is begun. */
function owedSteps({ owed, resources }: SetState, kept: ReadonlySet<string>): Step[] {
  const refs = Object.keys(owed) as ResourceRef[]
  return refs
    .filter((ref) => !(kept.has(ref) && resources[ref]?.kind === "group"))
    .map((ref) => ({ key: `${ref}!`, after: [], action: { tag: "finish", ref } }))
}

function stepsTo(resource: Resource, wish: Wish): Step[] {
  const { ref, kind, dependsOn } = resource
  const groups = wish.wanted.filter((other) => childrenOf(other).includes(ref)).map((group) => `${group.ref}<`)
  const after = [...dependsOn.map((other) => endOf(other)), ...groups]
  const action = actionFor(resource, wish)
  if (kind !== "group") return [{ key: ref, after, action }]
  const ends = childrenOf(resource).map((child) => endOf(child))
  return [
    { key: `${ref}<`, after, action },
    { key: `${ref}>`, after: [`${ref}<`, ...ends], action: { tag: "finish", ref } },
  ]
}

function endOf(ref: ResourceRef): string {
  return ref.startsWith("groups.") ? `${ref}>` : ref
}

function actionFor(resource: Resource, { state, identity }: Wish): Action {
  const begun = state.begun[resource.ref]
  const old = state.resources[resource.ref]
  if (old === undefined) {
    const isAnother =
      begun !== undefined && identity(begun.kind, begun.inputs) !== identity(resource.kind, resource.inputs)
    return isAnother ? { tag: "replace", resource, old: begun } : { tag: "create", resource }
  }
  if (identity(old.kind, old.inputs) !== identity(resource.kind, resource.inputs))
    return { tag: "replace", resource, old }
  // What a crash left half created is created again: its hooks run at least once.
  if (resource.kind === "group" && state.owed[resource.ref]?.event === "post-create" && isChanged(old, resource)) {
    return { tag: "create", resource }
  }
  return begun !== undefined || isChanged(old, resource)
    ? { tag: "update", resource, old }
    : { tag: "keep", resource: old }
}

/** Inputs, and hooks too: an edit that only changes hooks is an update (spec lifecycle §C.7, 19). Order alone is none. */
function isChanged(old: Resource, now: Resource): boolean {
  const facts = ({ inputs, hooks }: Resource) => JSON.parse(JSON.stringify({ inputs, hooks: hooks.map(withoutPlace) }))
  return !isDeepStrictEqual(facts(old), facts(now))
}

/** A hook that only moved to another line is the same. */
function withoutPlace({ where: _, ...hook }: Resource["hooks"][number]): object {
  return hook
}

function deletions(gone: readonly StoredResource[]): readonly Step[] {
  return inOrder([...gone].reverse().flatMap((old) => deletionOf(old, gone)))
}

function deletionOf(old: StoredResource, gone: readonly StoredResource[]): Step[] {
  const { ref } = old
  const key = `-${ref}`
  const dependents = gone.filter(({ dependsOn }) => dependsOn.includes(ref)).map((other) => deleted(other.ref))
  const groups = gone.filter((other) => childrenOf(other).includes(ref)).map((group) => `-${group.ref}<`)
  const after = [...dependents, ...groups]
  if (old.kind !== "group") return [{ key, after, action: { tag: "delete", old } }]
  const children = childrenOf(old).map((child) => deleted(child))
  return [
    { key: `${key}<`, after, action: { tag: "begin-delete", old } },
    { key: `${key}>`, after: [`${key}<`, ...children], action: { tag: "delete", old } },
  ]
}

function deleted(ref: ResourceRef): string {
  return ref.startsWith("groups.") ? `-${ref}>` : `-${ref}`
}
