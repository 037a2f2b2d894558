import type { FileSystem } from "../ports/file-system.ts"
import type { PlanValues } from "./variables.ts"

const FOLDER_VARIABLES = ["pkg_bin_dirs", "pkg_lib_dirs", "pkg_include_dirs", "pkg_pconfig_dirs"] as const

/**
 * Warns when nothing is in folders that a plan says its package has: `make install` of a program that does not know its
 * prefix puts everything elsewhere, and the package would be empty. `prefix` is a host path.
 */
export function emptyFolders(
  { files }: Readonly<{ files: Pick<FileSystem, "readDirectory" | "stat"> }>,
  prefix: string,
  values: Pick<PlanValues, (typeof FOLDER_VARIABLES)[number]>,
): string | undefined {
  const isEmpty = (folder: string) =>
    files.stat(`${prefix}/${folder}`)?.kind !== "directory" || files.readDirectory(`${prefix}/${folder}`).length === 0
  const empty = FOLDER_VARIABLES.flatMap((name) => values[name].filter(isEmpty).map((folder) => `${folder} (${name})`))
  if (empty.length === 0) return undefined
  const folders = empty.length === 1 ? "the folder" : "the folders"
  return `nothing is in ${folders} ${empty.join(", ")} of the package: was it installed elsewhere than into $pkg_prefix?`
}
