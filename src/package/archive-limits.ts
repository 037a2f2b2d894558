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
  const bytesMax = Math.max(CONTENT_BYTES_ALWAYS, artifactBytes * TIMES_ITS_SIZE)
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
