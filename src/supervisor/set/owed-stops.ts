import { isDeepStrictEqual } from "node:util"
import { type Layout, supervisorPaths } from "../../base/layout.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { StopWish } from "../supervised.ts"

/** `clean`: the set is forgotten then. */
export type SetStopWish = StopWish & Readonly<{ clean?: boolean }>

/** A stop of a set, or of all services, that was answered and is not over. `serial`: its number, for who waits for it. */
export type OwedStop = Readonly<{ set: string; serial: number; wish: SetStopWish }>

/** The stops that are not over, kept over every end of a supervisor. */
export type OwedStops = Readonly<{
  all(): readonly OwedStop[]
  /** Forgets those of some sets and adds one; on the disk when it returns. Throws what writing throws; then nothing changed. */
  replace(isReplaced: (set: string) => boolean, by?: OwedStop): void
}>

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent" | "writeAtomically" | "removeFile" | "makeDirectories">
  layout: Layout
}>

/** Reads what an earlier supervisor owed: nothing where its file cannot be understood. */
export function owedStops({ files, layout }: Context): OwedStops {
  const { data } = supervisorPaths(layout)
  const file = `${data}/stops.json`
  let stops = parse(files.readTextIfPresent(file))
  return {
    all: () => stops,
    replace(isReplaced, by) {
      const next = [...stops.filter(({ set }) => !isReplaced(set)), ...(by === undefined ? [] : [by])]
      if (isDeepStrictEqual(next, stops)) return
      if (next.length > 0) {
        files.makeDirectories(data)
        files.writeAtomically(file, `${JSON.stringify(next)}\n`, { mode: 0o600 })
      } else files.removeFile(file)
      stops = next
    },
  }
}

function parse(text = "[]"): readonly OwedStop[] {
  try {
    const read: unknown = JSON.parse(text)
    return Array.isArray(read) ? read.filter(isStop) : []
  } catch {
    return []
  }
}

function isStop(one: Partial<OwedStop> | null): one is OwedStop {
  return typeof one?.set === "string" && Number.isSafeInteger(one.serial) && typeof one.wish === "object"
}
