import { Buffer } from "node:buffer"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { withinLimits } from "./archive-limits.ts"
import {
  ARCHIVE_METADATA,
  type ArchiveMetafile,
  metafileBytesMax,
  metafileOf,
  oversizedMetafile,
} from "./archive-metafiles.ts"
import { unsafeArchive } from "./entry-path.ts"
import { type HartHeader, readHartHeader } from "./hart-header.ts"
import { metadataOf, type PackageMetadata } from "./metadata.ts"
import { createTarReader, damagedArchive, type EntryDecision, type TarEntry } from "./tar-reader.ts"

export type ArchiveMetadata = Readonly<{
  header: HartHeader
  metadata: PackageMetadata
  /** A file's trimmed text, or undefined when the artifact has none. */
  text(name: ArchiveMetafile): string | undefined
}>

/**
 * Reads the metadata of an artifact without unpacking or verifying it, no further than to the last of the `wanted`
 * files. Of a file that is there twice the later one counts. Throws what `readHartHeader` throws, ARCHIVE_DAMAGED and
 * ARCHIVE_UNSAFE.
 */
export async function readArchive(
  {
    files,
    compression,
  }: Readonly<{
    files: Pick<FileSystem, "readChunks" | "stat">
    compression: Pick<ArchiveCompression, "decompress">
  }>,
  path: string,
  wanted: readonly ArchiveMetafile[] = ARCHIVE_METADATA,
): Promise<ArchiveMetadata> {
  const header = readHartHeader({ files }, path)
  const texts = new Map<string, string>()
  const limits = { where: path, artifactBytes: files.stat(path)?.size ?? 0 }
  const take = withinLimits(limits, (entry) => pickUp(entry, { wanted, texts, path }))
  const reader = createTarReader(path, take)
  const onBytes = (bytes: Uint8Array) => (reader.write(bytes) ? "continue" : "stop")
  const result = await compression.decompress({ path, offset: header.length, onBytes })
  if (result.tag === "damaged") throw damagedArchive(path, result.why)
  reader.end()
  const text = (name: string) => texts.get(name)
  return { header, text, metadata: metadataOf(text, path) }
}

type PickUp = Readonly<{ wanted: readonly ArchiveMetafile[]; texts: Map<string, string>; path: string }>

function pickUp(entry: TarEntry, { wanted, texts, path }: PickUp): EntryDecision {
  if (texts.size === wanted.length) return "stop"
  const name = metafileOf(entry.path)
  if (entry.kind !== "file" || name === undefined || !wanted.includes(name)) return "skip"
  if (oversizedMetafile(entry.path, entry.size) !== undefined) {
    throw unsafeArchive(path, entry.path, `its ${entry.size} bytes are more than ${metafileBytesMax(name)}`)
  }
  const parts: Buffer[] = []
  return {
    data: (bytes, from, to) => parts.push(Buffer.from(bytes.subarray(from, to))),
    end: () => texts.set(name, Buffer.concat(parts).toString("utf8").trim()),
  }
}
