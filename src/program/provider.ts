import type { Resource, ResourceKind } from "./resource.ts"
import type { Result, StoredResource } from "./state.ts"

/** What can be done to one kind of resource. Done twice, each is as done once: a crash may come between doing and recording. */
export type Provider = Readonly<{
  /** `again`: an earlier attempt may have done it in part, so that what is there is ours. */
  create(resource: Resource, options: Readonly<{ again: boolean }>): Promise<Result>
  update(resource: Resource, old: StoredResource): Promise<Result>
  remove(old: StoredResource): Promise<void>
}>

export type Providers = Readonly<Record<Exclude<ResourceKind, "group">, Provider>>

/** A group is nothing by itself: it exists by being recorded. */
export const GROUP_PROVIDER: Provider = {
  create: async (resource) => groupResult(resource),
  update: async (resource) => groupResult(resource),
  remove: async () => undefined,
}

function groupResult({ name, inputs }: Resource): Result {
  return { id: name, outputs: { children: inputs["children"] } }
}
