import { parseKey } from "../crypto/key.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import { downloadAlone } from "../package/download-lock.ts"
import { asGiven, checkIdent, keepingRoom } from "../package/fetch-artifact.ts"
import { verifyHart } from "../package/hart.ts"
import { readHartHeader } from "../package/hart-header.ts"
import { archiveName, type FullIdent, isFullIdent, type PackageIdent, stringifyIdent } from "../package/ident.ts"
import type { LockContext } from "../package/wait-for-lock.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type Depot, EVERYTHING_CHANNEL, type Shelf } from "./depot.ts"

export type CollectContext = LockContext &
  Readonly<{
    files: FileSystem
    compression: Pick<ArchiveCompression, "decompress">
    keys: KeyCache
    signal?: AbortSignal
  }>

export type CollectRequest = Readonly<{
  /** Folder of the artifacts. */
  directory: string
  verify: boolean
}>

/** The wished releases with everything they need, each once; `missing` wishes are in no channel. */
export async function resolveWishes(
  depot: Depot,
  wishes: readonly PackageIdent[],
  shelf: Shelf,
): Promise<Readonly<{ idents: readonly FullIdent[]; missing: readonly PackageIdent[] }>> {
  const idents = new Map<string, FullIdent>()
  const missing: PackageIdent[] = []
  for (const wish of wishes) {
    const found = await depot.find(wish, isFullIdent(wish) ? { ...shelf, channel: EVERYTHING_CHANNEL } : shelf)
    if (found === undefined) missing.push(wish)
    else for (const ident of [...found.tdeps, found.ident]) idents.set(stringifyIdent(ident), ident)
  }
  return { idents: [...idents.values()], missing }
}

/**
 * Downloads artifacts and the keys they were signed with; what is there already is kept, and what is no
 * artifact is not (spec package §7.2, download).
 */
export async function collectArtifacts(
  context: CollectContext,
  depot: Depot,
  idents: readonly FullIdent[],
  { directory, target, verify }: CollectRequest & Pick<Shelf, "target">,
): Promise<string[]> {
  const paths: string[] = []
  context.files.makeDirectories(directory)
  for (const ident of idents) {
    const path = `${directory}/${archiveName(ident, target)}`
    const check = async (file: string) => {
      await collectKey(context, depot, file)
      await checkIdent(context, file, ident)
      if (verify) await verifyHart(context, context.keys, file)
    }
    const collect = () => collectOne(context, depot, { ident, target, path, check })
    const place = { folder: directory, what: stringifyIdent(ident), signal: context.signal }
    if (context.files.stat(path) !== undefined) await collect()
    else await downloadAlone(context, place, collect)
    paths.push(path)
  }
  return paths
}

type Collecting = Readonly<{
  ident: FullIdent
  target: string
  path: string
  check: (file: string) => Promise<void>
}>

async function collectOne(
  { files, report, signal }: CollectContext,
  depot: Depot,
  { ident, target, path, check }: Collecting,
): Promise<void> {
  if (files.stat(path) !== undefined) {
    report({ tag: "status", verb: "Using", subject: stringifyIdent(ident) })
    return check(path)
  }
  const unchecked = `${path}.part`
  report({ tag: "status", verb: "Downloading", subject: stringifyIdent(ident) })
  await keepingRoom(files, unchecked, () => depot.fetch(ident, target, unchecked, signal))
  await check(unchecked).catch((error: unknown) => {
    files.removeTree(unchecked)
    throw asGiven(error, { by: depot.url, ident, file: unchecked })
  })
  files.rename(unchecked, path)
}

async function collectKey({ files, keys, report }: CollectContext, depot: Depot, path: string): Promise<void> {
  const { signer } = readHartHeader({ files }, path)
  if (keys.revisions("origin-public", signer.name).some(({ revision }) => revision === signer.revision)) return
  const text = await depot.key(signer)
  if (text === undefined) return
  const name = stringifyNamedRevision(signer)
  await keys.write(parseKey("origin-public", text, `the key ${name} of ${depot.url}`))
  report({ tag: "status", verb: "Cached", subject: `public key ${name}` })
}
