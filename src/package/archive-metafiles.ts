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

/** The metadata file that a member of an archive is, if it is one. */
export function metafileOf(path: string): ArchiveMetafile | undefined {
  const name = METAFILE_PATH.exec(path)?.[1]
  return ARCHIVE_METADATA.find((file) => file === name)
}

/** How large a metadata file may be: whoever reads an artifact holds it. */
export function metafileBytesMax(name: ArchiveMetafile): number {
  return name === "FILES" ? FILES_BYTES_MAX : TEXT_BYTES_MAX
}

/** The metadata file that a member of so many bytes is, if it is too large for one. */
export function oversizedMetafile(path: string, bytes: number): ArchiveMetafile | undefined {
  const name = bytes > TEXT_BYTES_MAX ? metafileOf(path) : undefined
  return name !== undefined && bytes > metafileBytesMax(name) ? name : undefined
}
