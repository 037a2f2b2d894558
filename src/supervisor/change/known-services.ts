import { isDeepStrictEqual } from "node:util"
import { HabError } from "../../base/errors.ts"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { Snapshot } from "../../hooks/record.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { Reason } from "../service/messages.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { type SpecTexts, specFromTexts, specTexts } from "../spec/spec-texts.ts"
import type { ChangeVerb } from "./service-change.ts"

/** A change that came into force and whose hooks after it have not ended. `old`: what was before it, as they are told. */
export type OwedChange = Readonly<{
  verb: ChangeVerb
  reason: Reason
  old?: Required<Snapshot>
  changed?: readonly string[]
}>

/**
 * The services that were created here and not unloaded since, each with the spec it was last under: a spec that is found
 * again creates nothing, and one that became another while no supervisor ran is a change. Kept over every end of a
 * supervisor; what cannot be written is tried again.
 */
export type KnownServices = Readonly<{
  has(name: string): boolean
  /** Names of those an earlier supervisor knew; told once. */
  takeEarlier(): readonly string[]
  /** Undefined where it is not known, or cannot be understood any more. */
  specOf(name: string): ServiceSpec | undefined
  /** The release it ran last, where its spec names none. */
  releaseOf(name: string): string | undefined
  owedBy(name: string): OwedChange | undefined
  /** The service is under this spec now, and of this release. */
  note(spec: ServiceSpec, release?: string): void
  /** The service comes under this spec, or leaves it; hooks are owed after that. */
  owe(spec: ServiceSpec, owed: OwedChange): void
  /** No hook of a change of the service is owed any more. */
  settle(name: string): void
  /** Forgets all others, but those that owe hooks after their removal. */
  keep(names: ReadonlySet<string>): void
}>

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "readDirectory" | "stat" | "writeFile" | "rename" | "removeFile"> &
    Pick<FileSystem, "makeDirectories">
  layout: Layout
  env: Readonly<Record<string, string>>
  /** Runs a write; false, and said, where it failed. */
  tryWrite: (write: () => void) => boolean
}>

type Entry = SpecTexts & Readonly<{ release?: string; owed?: OwedChange }>

/** Reads what an earlier supervisor knew, without what cannot be understood. */
export function knownServices(context: Context): KnownServices {
  const { files, layout, env, tryWrite } = context
  const directory = `${supervisorPaths(layout).data}/known`
  const fileOf = (name: string) => `${directory}/${name}.json`
  const entries = readEntries(files, directory)
  const seen = new Map<string, Readonly<{ spec: ServiceSpec; release: string | undefined }>>()
  let earlier = [...entries.keys()]
  const put = (name: string, entry: Entry) => {
    entries.set(name, entry)
    return tryWrite(() => {
      files.makeDirectories(directory, 0o700)
      files.writeFile(`${fileOf(name)}.new`, JSON.stringify(entry), { mode: 0o600 })
      files.rename(`${fileOf(name)}.new`, fileOf(name))
    })
  }
  const remove = (name: string) => {
    if (entries.has(name) && tryWrite(() => files.removeFile(fileOf(name)))) entries.delete(name)
    seen.delete(name)
  }
  return {
    has: (name) => entries.has(name) && entries.get(name)?.owed?.verb !== "delete",
    takeEarlier() {
      const told = earlier
      earlier = []
      return told
    },
    specOf: (name) => parseTexts(entries.get(name), fileOf(name), env),
    owedBy: (name) => entries.get(name)?.owed,
    releaseOf: (name) => entries.get(name)?.release,
    note(spec, release) {
      const { name } = spec.ident
      const last = seen.get(name)
      if (last?.spec === spec && last.release === release) return
      const { owed, ...known } = entries.get(name) ?? { spec: "" }
      const now = { ...specTexts(spec), ...(release === undefined ? {} : { release }) }
      const isSame = isDeepStrictEqual(known, now)
      if (isSame || put(name, { ...now, ...(owed === undefined ? {} : { owed }) })) seen.set(name, { spec, release })
    },
    owe(spec, owed) {
      seen.delete(spec.ident.name)
      const { release } = entries.get(spec.ident.name) ?? {}
      put(spec.ident.name, { ...specTexts(spec), ...(release === undefined ? {} : { release }), owed })
    },
    settle(name) {
      const { owed, ...entry } = entries.get(name) ?? { spec: "" }
      if (owed === undefined) return
      if (owed.verb === "delete") remove(name)
      else put(name, entry)
    },
    keep(names) {
      const gone = [...entries].filter(([name, { owed }]) => !names.has(name) && owed?.verb !== "delete")
      for (const [name] of gone) remove(name)
    },
  }
}

function readEntries(files: Context["files"], directory: string): Map<string, Entry> {
  const found = new Map<string, Entry>()
  if (files.stat(directory) === undefined) return found
  for (const { name } of files.readDirectory(directory)) {
    const entry = name.endsWith(".json") ? parseEntry(files.readTextIfPresent(`${directory}/${name}`)) : undefined
    if (entry !== undefined) found.set(name.slice(0, -".json".length), entry)
  }
  return found
}

function parseEntry(text = ""): Entry | undefined {
  try {
    const entry = JSON.parse(text) as Partial<Entry> | null
    return typeof entry?.spec === "string" ? (entry as Entry) : undefined
  } catch {
    return undefined
  }
}

function parseTexts(entry: Entry | undefined, where: string, env: Context["env"]): ServiceSpec | undefined {
  if (entry === undefined) return undefined
  try {
    return specFromTexts(entry, { where, ownWhere: where, env })
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return undefined
  }
}
