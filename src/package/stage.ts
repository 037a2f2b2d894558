import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, packagePath } from "../base/layout.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { verifyContent } from "./hart.ts"
import { readHartHeader } from "./hart-header.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import { removeEmptyAncestors, temporaryBeside } from "./leftovers.ts"
import { metadataOf, type PackageMetadata } from "./metadata.ts"
import { createStore, type InstalledPackage } from "./store.ts"
import { unpackHart } from "./unpack.ts"

export type StageContext = Readonly<{
  files: FileSystem
  compression: Pick<ArchiveCompression, "decompress">
  layout: Layout
  target: string
}>

export type StageRequest = Readonly<{
  /** The artifact. */
  path: string
  /** The release it must hold, when that is known. */
  expected?: FullIdent
  /** Unpacks it even if that release is installed. */
  replaces?: boolean
  /** Called when unpacking begins: the artifact is as it was signed, and the release is not installed. */
  onBegin?: (ident: FullIdent) => void
  signal?: AbortSignal
  /** Nothing is unpacked before; what it rejects with is thrown. */
  ready?: Promise<unknown>
}>

/** A package unpacked and checked, waiting beside its place. */
export type StagedPackage = Readonly<{
  tag: "staged"
  ident: FullIdent
  directory: string
  /** The artifact it came from. */
  artifact: string
  tdeps: readonly FullIdent[]
}>

export type StageResult = StagedPackage | Readonly<{ tag: "installed"; pkg: InstalledPackage }>

/**
 * Verifies an artifact and unpacks it beside its final place; not if that release is installed already, unless it
 * replaces it. Nothing is left behind when it fails. Throws what `verifyHart` and `unpackHart` throw, METADATA_MISSING,
 * METADATA_INVALID, IDENT_MISMATCH, TARGET_MISMATCH and PKG_PREFIX.
 */
export async function stagePackage(context: StageContext, request: StageRequest): Promise<StageResult> {
  const { files, layout } = context
  const { path, expected, replaces = false, onBegin, signal, ready } = request
  const header = readHartHeader(context, path)
  const keys = createKeyCache(context, layout.cacheKeys)
  let prefix = ""
  const admit = async () => {
    const [found] = await Promise.all([layout.findPrefix(), verifyContent(context, keys, path, header), ready])
    prefix = found
  }
  let staged: { ident: FullIdent; directory: string } | undefined
  let installed: InstalledPackage | undefined
  const begin = (ident: FullIdent) => {
    if (expected !== undefined) checkIdent(path, expected, ident)
    installed = replaces ? undefined : createStore(context).find(ident)
    if (installed !== undefined) return "stop"
    files.makeDirectories(packagePath(layout, ident).slice(0, -ident.release.length - 1))
    staged = { ident, directory: temporaryBeside(context, ident) }
    onBegin?.(ident)
    return staged.directory
  }
  try {
    const content = { path, offset: header.length, admit, begin }
    await unpackHart(context, signal === undefined ? content : { ...content, signal })
    if (installed !== undefined) return { tag: "installed", pkg: installed }
    if (staged === undefined) throw new Error("assertion failed: an unpacked package was begun")
    const { directory } = staged
    const metadata = metadataOf((name) => files.readTextIfPresent(`${directory}/${name}`), path)
    checkMetadata({ ...context, prefix }, path, staged.ident, metadata)
    return { tag: "staged", ...staged, artifact: path, tdeps: metadata.tdeps }
  } catch (error) {
    if (staged !== undefined) discardStaged(context, staged)
    throw error
  }
}

/** Removes a staged package again. What cannot be removed now is swept by the next install. */
export function discardStaged(
  context: Pick<StageContext, "files" | "layout">,
  staged: Pick<StagedPackage, "ident" | "directory">,
): void {
  try {
    context.files.removeTree(staged.directory)
    removeEmptyAncestors(context, staged.ident)
  } catch (error) {
    if (!isSystemError(error)) throw error
  }
}

function checkIdent(path: string, expected: FullIdent, found: FullIdent): void {
  if (stringifyIdent(expected) === stringifyIdent(found)) return
  throw new HabError("IDENT_MISMATCH", `${path} holds ${stringifyIdent(found)}, and not ${stringifyIdent(expected)}`, {
    hint: "the file was renamed or is the wrong one: remove it and get the right artifact",
  })
}

function checkMetadata(
  { prefix, target }: Readonly<{ prefix: string; target: string }>,
  path: string,
  ident: FullIdent,
  metadata: PackageMetadata,
): void {
  checkIdent(path, ident, metadata.ident)
  if (metadata.target !== target) {
    throw new HabError("TARGET_MISMATCH", `${path} is for ${metadata.target}, and this machine is ${target}`, {
      hint: `build or download it for ${target}`,
    })
  }
  if (metadata.prefix === prefix) return
  throw new HabError("PKG_PREFIX", `${path} was built for ${metadata.prefix}, and packages here live in ${prefix}`, {
    hint: "mount namespaces are refused on one of the machines: build it on this one, or install it where /hab can be mounted",
  })
}
