import { Buffer } from "node:buffer"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { withinLimits } from "./archive-limits.ts"
import { unsafeArchive } from "./entry-path.ts"
import { type HartHeader, readHartHeader } from "./hart-header.ts"
import { metadataOf, type PackageMetadata } from "./metadata.ts"
import { createTarReader, damagedArchive, type EntryDecision, type TarEntry } from "./tar-reader.ts"

/** What is picked up from an artifact (spec package §4.1). */
export const ARCHIVE_METADATA = [
  "CFLAGS",
  "default.toml",
  "DEPS",
  "TDEPS",
  "BUILD_DEPS",
  "BUILD_TDEPS",
  "EXPOSES",
  "IDENT",
  "LD_RUN_PATH",
  "LDFLAGS",
  "SVC_USER",
  "SVC_GROUP",
  "MANIFEST",
  "PATH",
  "TARGET",
  "PACKAGE_TYPE",
  "FILES",
] as const

export type ArchiveMetafile = (typeof ARCHIVE_METADATA)[number]

/** No honest plan or default.toml is larger; the rest of a package is never held. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024
/** A line for each of as many files as a package may have. */
const FILES_BYTES_MAX = 256 * 1024 * 1024

const METAFILE_PATH = /^\/?hab\/pkgs\/[^/]+\/[^/]+\/[^/]+\/[^/]+\/([^/]+)$/

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
  const name = METAFILE_PATH.exec(entry.path)?.[1] ?? ""
  if (entry.kind !== "file" || !wanted.some((file) => file === name)) return "skip"
  const bytesMax = name === "FILES" ? FILES_BYTES_MAX : TEXT_BYTES_MAX
  if (entry.size > bytesMax) throw unsafeArchive(path, entry.path, `its ${entry.size} bytes are more than ${bytesMax}`)
  const parts: Buffer[] = []
  return {
    data: (bytes, from, to) => parts.push(Buffer.from(bytes.subarray(from, to))),
    end: () => texts.set(name, Buffer.concat(parts).toString("utf8").trim()),
  }
}
