import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { createExtractor, type ExtractOptions } from "./extract.ts"
import type { FullIdent } from "./ident.ts"
import { createTarReader, damagedArchive } from "./tar-reader.ts"

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
  const extractor = createExtractor({ files }, { where: path, begin })
  const reader = createTarReader(path, extractor.take)
  const onBytes = (bytes: Uint8Array) => {
    signal?.throwIfAborted()
    return reader.write(bytes) ? "continue" : "stop"
  }
  const content = { path, offset, onBytes, ...(admit === undefined ? {} : { admit }) }
  const result = await compression.decompress(content).finally(extractor.abandon)
  if (result.tag === "stopped") return "stopped"
  if (result.tag === "damaged") throw damagedArchive(path, result.why)
  reader.end()
  const ident = extractor.finish()
  if (ident === undefined) throw damagedArchive(path, "it holds no package")
  return ident
}
