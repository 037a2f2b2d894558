import { HabError } from "../base/errors.ts"
import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Resource, ResourceRef, Values } from "./resource.ts"

/** What resulted of a resource: `id` is its release, version or name. */
export type Result = Readonly<{ id: string; outputs: Values }>

/** A resource that exists. */
export type StoredResource = Resource & Result

/** An after hook that has not run to its end; `old` is what an update replaced. */
export type Owed = Readonly<{
  event: "post-create" | "post-update" | "post-delete"
  resource: StoredResource
  old?: StoredResource
}>

/**
 * What an applied set consists of. `begun` holds creates and updates whose action may have been done in part: they are
 * taken over when they are tried again, and deleted when they are not wanted any more.
 */
export type SetState = Readonly<{
  set: string
  resources: Readonly<Record<ResourceRef, StoredResource>>
  begun: Readonly<Record<ResourceRef, StoredResource>>
  owed: Readonly<Record<ResourceRef, Owed>>
}>

/** What happened, as far as state is concerned. */
export type Change =
  | { readonly tag: "begun"; readonly resource: StoredResource }
  | { readonly tag: "recorded"; readonly resource: StoredResource; readonly owed?: Owed }
  | { readonly tag: "removed"; readonly ref: ResourceRef; readonly owed?: Owed }
  | { readonly tag: "settled"; readonly ref: ResourceRef }

const FORMAT = 1

/** A set of which nothing was ever applied. */
function emptyState(set: string): SetState {
  return { set, resources: {}, begun: {}, owed: {} }
}

/** State after a change: pure, so that a crash between any two of them can be replayed. */
export function changeState(state: SetState, change: Change): SetState {
  const ref = change.tag === "begun" || change.tag === "recorded" ? change.resource.ref : change.ref
  switch (change.tag) {
    case "begun":
      return { ...state, begun: { ...state.begun, [ref]: change.resource } }
    case "recorded":
      return {
        ...state,
        resources: { ...state.resources, [ref]: change.resource },
        begun: without(state.begun, ref),
        owed: owe(state, ref, change.owed),
      }
    case "removed":
      return {
        ...state,
        resources: without(state.resources, ref),
        begun: without(state.begun, ref),
        owed: owe(state, ref, change.owed),
      }
    case "settled":
      return { ...state, owed: without(state.owed, ref) }
  }
}

/** Everything that may exist: what was recorded, and what was only begun. */
export function existing({ resources, begun }: SetState): Readonly<Record<ResourceRef, StoredResource>> {
  return { ...begun, ...resources }
}

/** True when nothing is left of a set. */
export function isEmpty({ resources, begun, owed }: SetState): boolean {
  return [resources, begun, owed].every((table) => Object.keys(table).length === 0)
}

function owe({ owed }: SetState, ref: ResourceRef, now: Owed | undefined): SetState["owed"] {
  return now === undefined ? without(owed, ref) : { ...owed, [ref]: now }
}

function without<T>(table: Readonly<Record<ResourceRef, T>>, ref: ResourceRef): Readonly<Record<ResourceRef, T>> {
  return Object.fromEntries(Object.entries(table).filter(([key]) => key !== ref))
}

type StateContext = Readonly<{ files: FileSystem; layout: Layout }>

/** The folder of all applied sets, as a host path. */
export function stateFolder(layout: Layout): string {
  return `${supervisorPaths(layout).state}/apply`
}

function fileOf(layout: Layout, set: string): string {
  return `${stateFolder(layout)}/${set}.json`
}

/** The state of a set; empty when nothing was ever applied. Throws APPLY_STATE_INVALID. */
export function readState({ files, layout }: StateContext, set: string): SetState {
  const file = fileOf(layout, set)
  const text = files.readTextIfPresent(file)
  if (text === undefined) return emptyState(set)
  const { format, ...state } = parse(text, file)
  if (format === FORMAT) return { ...emptyState(set), ...state, set }
  throw new HabError("APPLY_STATE_INVALID", `${file} has format ${format}; this hab knows format ${FORMAT}`, {
    hint: "a newer hab wrote it: use that one",
  })
}

/** Writes the state whole or not at all, readable by its owner only; removes it when nothing is left of the set. */
export function writeState({ files, layout }: StateContext, state: SetState): void {
  const file = fileOf(layout, state.set)
  if (isEmpty(state)) {
    if (files.lstat(file) !== undefined) files.removeFile(file)
    return
  }
  files.makeDirectories(stateFolder(layout), 0o700)
  files.writeAtomically(file, `${JSON.stringify({ format: FORMAT, ...state }, null, 2)}\n`, { mode: 0o600 })
}

/** Names of the sets that something is left of. */
export function listSets({ files, layout }: StateContext): readonly string[] {
  const folder = stateFolder(layout)
  if (files.stat(folder)?.kind !== "directory") return []
  return files.readDirectory(folder).flatMap(({ name }) => /^([^.].*)\.json$/.exec(name)?.[1] ?? [])
}

function parse(text: string, file: string): Partial<SetState> & { format?: number } {
  try {
    return JSON.parse(text) as Partial<SetState> & { format?: number }
  } catch (error) {
    throw new HabError("APPLY_STATE_INVALID", `${file} is damaged: ${(error as Error).message}`, {
      hint: "restore it from a backup; without it hab does not know what the set consists of",
    })
  }
}
