import path from "node:path/posix"
import { isSystemError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"

/**
 * Paths of everything below a directory whose name is `name`, folders included, in byte order of each folder's names.
 * Symlinks are not followed; folders that may not be read are passed over.
 */
export function* findByName(
  { files }: Readonly<{ files: Pick<FileSystem, "readDirectory"> }>,
  directory: string,
  name: string,
): Iterable<string> {
  for (const entry of entriesOf({ files }, directory)) {
    const at = path.join(directory, entry.name)
    if (entry.name === name) yield at
    if (entry.kind === "directory") yield* findByName({ files }, at, name)
  }
}

function entriesOf({ files }: Readonly<{ files: Pick<FileSystem, "readDirectory"> }>, directory: string) {
  try {
    return files.readDirectory(directory)
  } catch (error) {
    if (isSystemError(error, "EACCES")) return []
    throw error
  }
}
