import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { withinLimits } from "./archive-limits.ts"
import { createExtractor, type ExtractOptions } from "./extract.ts"
import type { FullIdent } from "./ident.ts"
import { createTarReader, damagedArchive } from "./tar-reader.ts"

/** After this much the disk is given work, so that what is unpacked need not all be written at the end. */
const SYNC_BYTES = 8 * 1024 * 1024

export type UnpackRequest = Readonly<{
  /** The artifact. */
  path: string
  /** Where its payload begins. */
  offset: number
  /** Verifies the artifact while decompressing begins: nothing is unpacked before it resolves, or when it rejects. */
  admit?: () => Promise<void>
  begin: ExtractOptions["begin"]
  signal?: AbortSignal
}>

/**
 * Streams an artifact's payload into the directory `begin` names; memory does not grow with the package. The ident the
 * archive's paths carry, or "stopped" when `begin` said so. On failure what was made is left to the caller to remove.
 * Throws what `admit` rejects with, ARCHIVE_DAMAGED, ARCHIVE_UNSAFE and system errors.
 */
export async function unpackHart(
  { files, compression }: Readonly<{ files: FileSystem; compression: Pick<ArchiveCompression, "decompress"> }>,
  { path, offset, admit, begin, signal }: UnpackRequest,
): Promise<FullIdent | "stopped"> {
  let root: string | undefined
  const beginHere = (ident: FullIdent) => {
    const place = begin(ident)
    if (place !== "stop") root = place
    return place
  }
  const extractor = createExtractor({ files }, { where: path, begin: beginHere })
  const limits = { where: path, artifactBytes: files.stat(path)?.size ?? 0 }
  const reader = createTarReader(path, withinLimits(limits, extractor.take))
  let unsynced = 0
  const onBytes = (bytes: Uint8Array) => {
    signal?.throwIfAborted()
    unsynced += bytes.length
    if (root !== undefined && unsynced >= SYNC_BYTES) {
      files.beginSyncTree(root)
      unsynced = 0
    }
    return reader.write(bytes) ? "continue" : "stop"
  }
  const content = { path, offset, onBytes, ...(admit === undefined ? {} : { admit }) }
  const result = await compression.decompress(content).finally(extractor.abandon)
  if (result.tag === "stopped") return "stopped"
  if (result.tag === "damaged") throw damagedArchive(path, result.why)
  reader.end()
  if (root !== undefined) files.beginSyncTree(root)
  const ident = extractor.finish()
  if (ident === undefined) throw damagedArchive(path, "it holds no package")
  return ident
}
