import type { HookDeclaration } from "../hooks/declaration.ts"
import type { EventName } from "../hooks/events.ts"

/** The four tables of an applied file (decisions 27) and what they hold. */
export const KINDS = { services: "service", packages: "package", configs: "config", groups: "group" } as const

export type TableName = keyof typeof KINDS
export type ResourceKind = (typeof KINDS)[TableName]

/** Values that survive JSON. */
export type Values = Readonly<Record<string, unknown>>

/** What a resource is called in its set: `services.web`. */
export type ResourceRef = `${TableName}.${string}`

/** The events of a resource. */
export const RESOURCE_EVENTS = [
  "pre-create",
  "post-create",
  "pre-update",
  "post-update",
  "pre-delete",
  "post-delete",
  "on-error",
] as const satisfies readonly EventName[]

export type ResourceEvent = (typeof RESOURCE_EVENTS)[number]

/** A hook of a resource as state keeps it: a function is kept by its name. */
export type ResourceHook = Omit<HookDeclaration, "action" | "event"> &
  Readonly<{
    event: ResourceEvent
    action: Exclude<HookDeclaration["action"], { kind: "function" }> | Readonly<{ kind: "function" }>
  }>

/** One thing a set consists of, as it is declared. */
export type Resource = Readonly<{
  ref: ResourceRef
  kind: ResourceKind
  /** Its name in the file. */
  name: string
  /** `hab:service:web.default` (decisions 29). */
  urn: string
  inputs: Values
  dependsOn: readonly ResourceRef[]
  hooks: readonly ResourceHook[]
}>

/** The hooks of one event, in their order. */
export function hooksOf(resource: Pick<Resource, "hooks">, event: ResourceEvent): readonly ResourceHook[] {
  return resource.hooks.filter((hook) => hook.event === event)
}

/** What belongs to a group; empty for everything else. */
export function childrenOf({ kind, inputs }: Pick<Resource, "kind" | "inputs">): readonly ResourceRef[] {
  return kind === "group" && Array.isArray(inputs["children"]) ? (inputs["children"] as ResourceRef[]) : []
}
