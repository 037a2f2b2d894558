import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { HookTables, ServiceSpec } from "../spec/spec.ts"
import { readSpecs, type SpecContext } from "../spec/spec-files.ts"
import { isPlainName } from "./service-set.ts"

/** What is remembered of an applied set besides the specs of its services (decisions 31). */
export type AppliedSet = Readonly<{
  name: string
  /** The file it was applied from; another file of that name is another set. */
  file: string
  /** Where relative paths of its hooks start. */
  folder: string
  hooks: HookTables
}>

type Context = Readonly<{
  files: Pick<
    FileSystem,
    "makeDirectories" | "writeAtomically" | "readTextIfPresent" | "readDirectory" | "stat" | "lstat" | "removeFile"
  >
  layout: Layout
}>

/** The set of that name as it was applied; undefined when there is none, or its file cannot be understood. */
export function readAppliedSet({ files, layout }: Context, name: string): AppliedSet | undefined {
  const text = isPlainName(name) ? files.readTextIfPresent(fileOf(layout, name)) : undefined
  if (text === undefined) return undefined
  try {
    const read = JSON.parse(text) as Partial<AppliedSet>
    if (typeof read.file !== "string" || typeof read.folder !== "string") return undefined
    return { hooks: {}, ...read, name, file: read.file, folder: read.folder }
  } catch {
    return undefined
  }
}

/** Every applied set, by name. */
export function readAppliedSets(context: Context): AppliedSet[] {
  const { sets } = supervisorPaths(context.layout)
  if (context.files.stat(sets) === undefined) return []
  return context.files
    .readDirectory(sets)
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => readAppliedSet(context, name.slice(0, -".json".length)))
    .filter((set) => set !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Writes what is remembered of a set, whole or not at all. */
export function writeAppliedSet({ files, layout }: Context, set: AppliedSet): void {
  files.makeDirectories(supervisorPaths(layout).sets)
  files.writeAtomically(fileOf(layout, set.name), `${JSON.stringify(set, null, 2)}\n`, { mode: 0o600 })
}

/** Forgets a set; its specs are the caller's concern. */
export function removeAppliedSet({ files, layout }: Context, name: string): void {
  const file = fileOf(layout, name)
  if (files.lstat(file) !== undefined) files.removeFile(file)
}

/** The specs of the services of a set, by name. */
export function specsOfSet(context: SpecContext, name: string): ServiceSpec[] {
  return [...readSpecs(context).specs.values()].filter(({ own }) => own.set === name)
}

function fileOf(layout: Layout, name: string): string {
  return `${supervisorPaths(layout).sets}/${name}.json`
}
