import { createHash } from "node:crypto"
import { readHartHeader } from "../package/hart-header.ts"
import { createTarReader, damagedArchive } from "../package/tar-reader.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"

type Context = Readonly<{
  files: Pick<FileSystem, "readChunks">
  compression: Pick<ArchiveCompression, "decompress">
}>

type Member = Readonly<{ path: string; kind: string; mode: string; link: string; sha256: string }>

/** Where two artifacts first differ: a path inside the package, and in what. */
export type Difference = Readonly<{ path: string; what: string }>

/** Records that tell of other files: when they differ, so does what they tell of. */
const RECORDS = ["FILES", "MANIFEST", "BUILDINFO"]

/** The first difference of what two artifacts hold, in the order of names; undefined when they hold the same. */
export async function firstDifference(context: Context, one: string, other: string): Promise<Difference | undefined> {
  const [before, after] = [await membersOf(context, one), await membersOf(context, other)]
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  for (const path of paths) {
    const what = describe(before.get(path), after.get(path))
    if (what !== undefined) return { path: path.split("/").slice(6).join("/") || path, what }
  }
  return undefined
}

function rank(path: string): number {
  return RECORDS.some((record) => path.endsWith(`/${record}`)) ? 1 : 0
}

function describe(before: Member | undefined, after: Member | undefined): string | undefined {
  if (before === undefined) return "only the second build made it"
  if (after === undefined) return "only the first build made it"
  if (before.kind !== after.kind) return `a ${before.kind}, then a ${after.kind}`
  if (before.mode !== after.mode) return `mode ${before.mode}, then ${after.mode}`
  if (before.link !== after.link) return `a link to ${before.link}, then to ${after.link}`
  return before.sha256 === after.sha256 ? undefined : "its content is another"
}

async function membersOf({ files, compression }: Context, path: string): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>()
  const reader = createTarReader(path, (entry) => {
    const hash = createHash("sha256")
    const { kind, linkTarget: link } = entry
    const member = { path: entry.path, kind, mode: entry.mode.toString(8), link }
    const end = () => void members.set(entry.path, { ...member, sha256: hash.digest("hex") })
    if (kind === "file") return { data: (bytes, from, to) => void hash.update(bytes.subarray(from, to)), end }
    end()
    return "skip"
  })
  const { length: offset } = readHartHeader({ files }, path)
  const onBytes = (bytes: Uint8Array) => (reader.write(bytes) ? ("continue" as const) : ("stop" as const))
  const result = await compression.decompress({ path, offset, onBytes })
  if (result.tag === "damaged") throw damagedArchive(path, result.why)
  return members
}
