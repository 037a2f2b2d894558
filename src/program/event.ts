import { type EventRecord, recordJson } from "../hooks/record.ts"
import type { ErrorHookArgs } from "./api.ts"
import type { Resource, ResourceEvent } from "./resource.ts"
import type { StoredResource } from "./state.ts"

export type Operation = "create" | "update" | "delete"

/** One event of one resource: what was there before, what is wanted, what came of it. */
export type ResourceHappening = Readonly<{
  event: ResourceEvent
  operation: Operation
  old?: StoredResource
  new?: Resource | StoredResource
  dryRun: boolean
  /** Of on-error: newest first. */
  errors?: readonly string[]
}>

type Shown = Readonly<{ oldInputs: boolean; newInputs: boolean; oldOutputs: boolean; newOutputs: boolean }>

const show = (...keys: readonly (keyof Shown)[]): Shown => ({
  oldInputs: keys.includes("oldInputs"),
  newInputs: keys.includes("newInputs"),
  oldOutputs: keys.includes("oldOutputs"),
  newOutputs: keys.includes("newOutputs"),
})

const CREATE = show("newInputs")
const UPDATE = show("oldInputs", "newInputs", "oldOutputs")
const DELETE = show("oldInputs", "oldOutputs")

/** What the hooks of each event are told (spec lifecycle §C.5). */
export const SHOWN: Readonly<Record<Exclude<ResourceEvent, "on-error">, Shown>> = {
  "pre-create": CREATE,
  "post-create": show("newInputs", "newOutputs"),
  "pre-update": UPDATE,
  "post-update": show("oldInputs", "newInputs", "oldOutputs", "newOutputs"),
  "pre-delete": DELETE,
  "post-delete": DELETE,
}

/** What the hooks of `on-error` are told, by the operation that failed. */
const SHOWN_ON_ERROR: Readonly<Record<Operation, Shown>> = { create: CREATE, update: UPDATE, delete: DELETE }

type Facts = Omit<ErrorHookArgs, "signal" | "log" | "failedOperation" | "errors"> & Partial<ErrorHookArgs>

/** The event as functions and modules receive it, but for what belongs to one run. */
export function argsOf(happening: ResourceHappening, attempt: number): Facts {
  const { event, operation, old, dryRun, errors } = happening
  const now = happening.new
  const about = subjectOf(happening)
  const shown = event === "on-error" ? SHOWN_ON_ERROR[operation] : SHOWN[event]
  return {
    event,
    operation,
    reason: "apply",
    urn: about.urn,
    id: idOf(happening),
    kind: about.kind,
    name: about.name,
    dryRun,
    attempt,
    ...(shown.oldInputs && old !== undefined ? { oldInputs: old.inputs } : {}),
    ...(shown.newInputs && now !== undefined ? { newInputs: now.inputs } : {}),
    ...(shown.oldOutputs && old !== undefined ? { oldOutputs: old.outputs } : {}),
    ...(shown.newOutputs && now !== undefined && "outputs" in now ? { newOutputs: now.outputs } : {}),
    ...(errors === undefined ? {} : { errors, failedOperation: operation }),
  }
}

/** What the event is about: the new resource, or the one that goes. */
export function subjectOf({ old, new: now }: ResourceHappening): Resource {
  const about = now ?? old
  if (about === undefined) throw new Error("assertion failed: an event is about a resource")
  return about
}

/** The event as the JSON document of `HAB_HOOK_FILE`. */
export function documentOf(happening: ResourceHappening, attempt: number): string {
  const { urn, id, operation } = argsOf(happening, attempt)
  return `${JSON.stringify({ ...JSON.parse(recordJson(recordOf(happening, attempt))), operation, urn, id }, null, 2)}\n`
}

/** The event as hooks of every kind of subject are told. */
export function recordOf(happening: ResourceHappening, attempt: number): EventRecord {
  const { event, dryRun } = happening
  const { kind, name, inputs } = subjectOf(happening)
  const args = argsOf(happening, attempt)
  const snapshot = (side: "old" | "new") => {
    const given = args[`${side}Inputs`]
    const outputs = args[`${side}Outputs`]
    return given === undefined ? {} : { [side]: { inputs: given, ...(outputs === undefined ? {} : { outputs }) } }
  }
  return {
    event,
    reason: "apply",
    subject: {
      kind,
      name,
      ...(typeof inputs["ident"] === "string" ? { ident: inputs["ident"] } : {}),
      ...(typeof inputs["group"] === "string" ? { group: inputs["group"] } : {}),
    },
    attempt,
    ...snapshot("old"),
    ...snapshot("new"),
    ...(args.errors === undefined ? {} : { errors: args.errors, failedOperation: args.operation }),
    ...(dryRun ? { dryRun } : {}),
  }
}

/** Empty before anything exists. */
function idOf({ event, old, new: now }: ResourceHappening): string {
  const after = event.startsWith("post-") && now !== undefined && "id" in now ? now.id : undefined
  return after ?? old?.id ?? ""
}
