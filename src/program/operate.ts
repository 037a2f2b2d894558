import { isDeepStrictEqual } from "node:util"
import { attemptAction } from "./attempt.ts"
import type { Operation, ResourceHappening } from "./event.ts"
import type { Action } from "./plan.ts"
import { GROUP_PROVIDER, type Provider, type Providers } from "./provider.ts"
import { hooksOf, type Resource, type ResourceRef } from "./resource.ts"
import { type HookRunning, runHooks } from "./run-hooks.ts"
import type { Change, Owed, Result, SetState, StoredResource } from "./state.ts"

/** What steps of a plan act on. */
export type Acting = Readonly<{
  running: HookRunning
  providers: Providers
  /** What is recorded now. */
  state: () => SetState
  /** Records a change, on disk before it returns. */
  change: (change: Change) => void
  dryRun: boolean
}>

/** Does what a step says (spec lifecycle §C.6): before hooks, the action, its record, after hooks. Throws what fails. */
export async function perform(acting: Acting, action: Action): Promise<void> {
  switch (action.tag) {
    case "create":
      return create(acting, action.resource)
    case "update":
      return update(acting, action.resource, action.old)
    case "replace":
      return replace(acting, action.resource, action.old)
    case "keep":
      return
    case "begin-delete":
      return runEventHooks(acting, { event: "pre-delete", operation: "delete", old: action.old, dryRun: acting.dryRun })
    case "delete":
      return action.old.kind === "group" ? removeNow(acting, action.old) : remove(acting, action.old)
    case "finish":
      return finish(acting, action.ref)
  }
}

async function create(acting: Acting, resource: Resource): Promise<void> {
  await runEventHooks(acting, { event: "pre-create", operation: "create", new: resource, dryRun: acting.dryRun })
  await createNow(acting, resource)
}

async function createNow(acting: Acting, resource: Resource): Promise<void> {
  const { running, dryRun } = acting
  if (dryRun) return runEventHooks(acting, { event: "post-create", operation: "create", new: resource, dryRun })
  const begunBefore = acting.state().begun[resource.ref] !== undefined
  acting.change({ tag: "begun", resource: { ...resource, id: "", outputs: {} } })
  const happening = { operation: "create", new: resource, dryRun } as const
  const result = await attemptAction(running, resource.hooks, happening, (attempt) =>
    providerOf(acting, resource).create(resource, { again: begunBefore || attempt > 1 }),
  )
  await record(acting, { ...resource, ...result }, { event: "post-create" })
}

async function update(acting: Acting, resource: Resource, old: StoredResource): Promise<void> {
  const { dryRun } = acting
  const happening = { operation: "update", new: resource, old, dryRun } as const
  await runEventHooks(acting, { event: "pre-update", ...happening })
  if (dryRun) return runEventHooks(acting, { event: "post-update", ...happening })
  const isSame = isDeepStrictEqual(resource.inputs, old.inputs) && acting.state().begun[resource.ref] === undefined
  const result = isSame ? { id: old.id, outputs: old.outputs } : await updateNow(acting, resource, old)
  await record(acting, { ...resource, ...result }, { event: "post-update", old })
}

async function updateNow(acting: Acting, resource: Resource, old: StoredResource): Promise<Result> {
  acting.change({ tag: "begun", resource: { ...resource, id: old.id, outputs: old.outputs } })
  const happening = { operation: "update", new: resource, old, dryRun: false } as const
  return attemptAction(acting.running, resource.hooks, happening, () =>
    providerOf(acting, resource).update(resource, old),
  )
}

/** The old goes between the before and the action of the new (decisions 28). */
async function replace(acting: Acting, resource: Resource, old: StoredResource): Promise<void> {
  await runEventHooks(acting, { event: "pre-create", operation: "create", new: resource, dryRun: acting.dryRun })
  await remove(acting, old)
  await createNow(acting, resource)
}

async function remove(acting: Acting, old: StoredResource): Promise<void> {
  await runEventHooks(acting, { event: "pre-delete", operation: "delete", old, dryRun: acting.dryRun })
  await removeNow(acting, old)
}

async function removeNow(acting: Acting, old: StoredResource): Promise<void> {
  const { running, dryRun } = acting
  const happening = { operation: "delete", old, dryRun } as const
  if (dryRun) return runEventHooks(acting, { event: "post-delete", ...happening })
  await attemptAction(running, old.hooks, happening, () => providerOf(acting, old).remove(old))
  const owes = hooksOf(old, "post-delete").length > 0
  acting.change({ tag: "removed", ref: old.ref, ...(owes ? { owed: { event: "post-delete", resource: old } } : {}) })
  await finish(acting, old.ref)
}

/** Records what was done; a group's after hooks wait for its children. */
async function record(acting: Acting, resource: StoredResource, owes: Pick<Owed, "event" | "old">): Promise<void> {
  const isOwed = hooksOf(resource, owes.event).length > 0
  acting.change({ tag: "recorded", resource, ...(isOwed ? { owed: { resource, ...owes } } : {}) })
  if (resource.kind !== "group") await finish(acting, resource.ref)
}

/** Runs the after hooks that are owed. They had their turn, whatever came of it: only a crash lets them run again. */
async function finish(acting: Acting, ref: ResourceRef): Promise<void> {
  const owed = acting.state().owed[ref]
  if (owed === undefined || acting.dryRun) return
  const { event, resource, old } = owed
  const operation: Operation = event === "post-create" ? "create" : event === "post-update" ? "update" : "delete"
  const happening: ResourceHappening =
    operation === "delete"
      ? { event, operation, old: resource, dryRun: false }
      : { event, operation, new: resource, ...(old === undefined ? {} : { old }), dryRun: false }
  try {
    await runHooks(acting.running, hooksOf(resource, event), happening)
  } finally {
    if (!acting.running.signal.aborted) acting.change({ tag: "settled", ref })
  }
}

function runEventHooks({ running }: Acting, happening: ResourceHappening): Promise<void> {
  const owner = happening.new ?? happening.old
  return runHooks(running, owner === undefined ? [] : hooksOf(owner, happening.event), happening)
}

function providerOf({ providers }: Acting, { kind }: Resource): Provider {
  return kind === "group" ? GROUP_PROVIDER : providers[kind]
}
