import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"

/** The services that were created here and not unloaded since: a spec that is found again creates nothing. */
export type KnownServices = Readonly<{
  has(name: string): boolean
  add(name: string): void
  /** Forgets all others. */
  keep(names: ReadonlySet<string>): void
  /** Writes them down where they changed. Throws system errors; what was written before then stays. */
  save(): void
}>

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "writeFile" | "rename" | "makeDirectories">
  layout: Layout
}>

/** Reads what an earlier supervisor knew: nothing where there is no file, or none that can be understood. */
export function knownServices({ files, layout }: Context): KnownServices {
  const directory = supervisorPaths(layout).data
  const file = `${directory}/created.json`
  let known = new Set(parse(files.readTextIfPresent(file)))
  let isWritten = true
  return {
    has: (name) => known.has(name),
    add(name) {
      isWritten &&= known.has(name)
      known.add(name)
    },
    keep(names) {
      const kept = [...known].filter((name) => names.has(name))
      isWritten &&= kept.length === known.size
      known = new Set(kept)
    },
    save() {
      if (isWritten) return
      files.makeDirectories(directory, 0o700)
      files.writeFile(`${file}.new`, JSON.stringify([...known].sort()), { mode: 0o600 })
      files.rename(`${file}.new`, file)
      isWritten = true
    },
  }
}

function parse(text: string | undefined): readonly string[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]")
    return Array.isArray(read) ? read.filter((name) => typeof name === "string") : []
  } catch {
    return []
  }
}
