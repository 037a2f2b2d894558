import { HabError } from "../base/errors.ts"
import { type ArchiveMetafile, metafileBytesMax, oversizedMetafile } from "./archive-metafiles.ts"
import { unsafeArchive } from "./entry-path.ts"
import type { EntryDecision, TarEntry } from "./tar-reader.ts"

/** More than any package has, and what a disk takes without notice. */
const ENTRIES_MAX = 500_000
/** So much may be in any artifact, however small it is. */
const CONTENT_BYTES_ALWAYS = 2 ** 30
/** xz makes zeros six thousand times smaller, and what is in packages hardly ever a hundred times. */
const TIMES_ITS_SIZE = 1000

/**
 * Looks at what members say of themselves before any of it is read: an artifact that holds more entries than packages have,
 * or a thousand times its own size, is made to fill disks. Throws ARCHIVE_UNSAFE.
 */
export function withinLimits(
  { where, artifactBytes }: Readonly<{ where: string; artifactBytes: number }>,
  take: (entry: TarEntry) => EntryDecision,
): (entry: TarEntry) => EntryDecision {
  const bytesMax = contentMax(artifactBytes)
  let entries = 0
  let bytes = 0
  return (entry) => {
    entries += 1
    bytes += entry.size
    if (entries > ENTRIES_MAX) throw unsafeArchive(where, entry.path, `it is one of more than ${ENTRIES_MAX}`)
    if (bytes > bytesMax) {
      throw unsafeArchive(where, entry.path, `the archive of ${artifactBytes} bytes holds more than ${bytesMax}`)
    }
    return take(entry)
  }
}

function contentMax(artifactBytes: number): number {
  return Math.max(CONTENT_BYTES_ALWAYS, artifactBytes * TIMES_ITS_SIZE)
}

function tooLarge(directory: string, name: ArchiveMetafile, bytes: number): HabError {
  const why = `its ${bytes} bytes are more than ${metafileBytesMax(name)}, and no depot would take it`
  return new HabError("PACK_UNSUPPORTED", `${directory}/${name} cannot be packed: ${why}`, {
    hint: "put what is large into a file of the package with another name",
  })
}

/** The same limits for who packs a directory, so that nobody gets an artifact that no hab unpacks. Both throw PACK_UNSUPPORTED. */
export function packedWithinLimits(directory: string): Readonly<{
  /** Counts the next member, of so many bytes. */
  count(bytes: number, path: string): void
  /** Looks at what all of them became. */
  check(artifactBytes: number): void
}> {
  let entries = 0
  let content = 0
  return {
    count(bytes, path) {
      const metafile = oversizedMetafile(path, bytes)
      if (metafile !== undefined) throw tooLarge(directory, metafile, bytes)
      entries += 1
      content += bytes
      if (entries > ENTRIES_MAX) {
        throw new HabError(
          "PACK_UNSUPPORTED",
          `${directory} cannot be packed: it holds more than ${ENTRIES_MAX} files, folders and links, and no hab would install it`,
          { hint: "put them into an archive that an install hook unpacks, or into several packages" },
        )
      }
    },
    check(artifactBytes) {
      if (content <= contentMax(artifactBytes)) return
      throw new HabError(
        "PACK_UNSUPPORTED",
        `${directory} cannot be packed: its ${content} bytes became ${artifactBytes}, and no hab would install what is more than ${TIMES_ITS_SIZE} times smaller than its content`,
        { hint: "a huge file of zeros or of repeats is in it: let an install hook or init make that on the machine" },
      )
    },
  }
}
