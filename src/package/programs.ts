import path from "node:path/posix"
import { isSystemError } from "../base/errors.ts"
import { hostPath, type Layout } from "../base/layout.ts"
import type { FileStat, FileSystem } from "../ports/file-system.ts"

type Context = Readonly<{ files: Pick<FileSystem, "lstat" | "readLink">; layout: Layout }>

/** As many as the kernel follows. */
const LINKS_MAX = 40
const EXECUTABLE = 0o111

/**
 * What is at an inner path, links followed as packages see them: `/hab/…` in a link means our root's. Undefined when
 * nothing is there.
 */
export function statInner({ files, layout }: Context, inner: string): FileStat | undefined {
  for (let at = inner, links = 0; links < LINKS_MAX; links++) {
    const host = hostPath(layout, at)
    const stat = files.lstat(host)
    if (stat?.kind !== "symlink") return stat
    at = path.resolve(path.dirname(at), files.readLink(host))
  }
  return undefined
}

/** Inner path of the first executable file of that name in the folders of a PATH, or undefined. */
export function findProgram(context: Context, name: string, folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => path.join(folder, name))
    .find((candidate) => isProgram(context, candidate))
}

/** A folder of PATH that we may not look into holds nothing for us, as for a shell. */
function isProgram(context: Context, candidate: string): boolean {
  try {
    const stat = statInner(context, candidate)
    return stat?.kind === "file" && (stat.mode & EXECUTABLE) !== 0
  } catch (error) {
    if (isSystemError(error, "EACCES")) return false
    throw error
  }
}
