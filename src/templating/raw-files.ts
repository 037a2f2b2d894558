import type { FileSystem } from "../ports/file-system.ts"

/** In `config/`: globs of files that are copied as they are, one per line, because their braces are not ours. */
export const RAW_LIST = ".hab-raw"

/**
 * Whether a path below a template directory is to be copied as it is. Globs know `*`, `?` and `**`; one without a slash
 * matches in every directory, one ending in a slash everything below; `#` begins a comment.
 */
export function readRawList(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  directory: string,
): (path: string) => boolean {
  const text = files.readTextIfPresent(`${directory}/${RAW_LIST}`) ?? ""
  const globs = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim())
  const patterns = globs.filter((glob) => glob !== "").map(globPattern)
  return (path) => patterns.some((pattern) => pattern.test(path))
}

function globPattern(glob: string): RegExp {
  const below = glob.endsWith("/") ? `${glob}**` : glob
  const anchored = below.slice(0, -1).includes("/") ? below.replace(/^\//, "") : `**/${below}`
  const source = anchored.replace(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === "**/") return "(?:.*/)?"
    if (part === "**") return ".*"
    if (part === "*") return "[^/]*"
    return part === "?" ? "[^/]" : part.replace(/[\\^$.|+()[\]{}]/g, "\\$&")
  })
  return new RegExp(`^${source}$`)
}
