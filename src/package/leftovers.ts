import { describeSystemError } from "../base/describe-system-error.ts"
import { isSystemError } from "../base/errors.ts"
import { type Layout, packagePath } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { FullIdent } from "./ident.ts"
import { TEMPORARY_PREFIX } from "./store.ts"

type Context = Readonly<{
  files: Pick<FileSystem, "makeTemporaryDirectory" | "readDirectory" | "removeDirectory" | "removeTree">
  layout: Layout
}>

const PARTS_ABOVE_RELEASE = 3

/** A new directory beside the release's own, ignored by the store and swept after a crash. Its mode is 0700. */
export function temporaryBeside({ files, layout }: Context, ident: FullIdent): string {
  const parent = packagePath(layout, ident).slice(0, -ident.release.length)
  return files.makeTemporaryDirectory(`${parent}${TEMPORARY_PREFIX}-${ident.release}-`)
}

/**
 * Removes what installs and uninstalls that were interrupted left behind. Only while holding the store's lock: the
 * directories of a running install look the same. What cannot be removed is named, and hinders nothing.
 */
export function sweepLeftovers({ files, layout, report }: Context & Readonly<{ report: Report }>): void {
  const levels = [`${layout.hab}/pkgs`]
  for (let level = 0; level < PARTS_ABOVE_RELEASE; level++) {
    levels.splice(0, levels.length, ...levels.flatMap((directory) => subdirectories(files, directory)))
  }
  for (const version of levels) {
    const left = subdirectories(files, version).filter((path) => path.startsWith(`${version}/${TEMPORARY_PREFIX}`))
    for (const path of left) {
      try {
        files.removeTree(path)
      } catch (error) {
        if (!isSystemError(error)) throw error
        report({ tag: "warning", text: `${path} is left over and cannot be removed: ${describeSystemError(error)}` })
      }
    }
  }
}

function subdirectories(files: Context["files"], directory: string): string[] {
  return files
    .readDirectory(directory)
    .filter((entry) => entry.kind === "directory")
    .map((entry) => `${directory}/${entry.name}`)
}

/** Removes the version, name and origin directories above a release as far as they are empty; never `pkgs` itself. */
export function removeEmptyAncestors({ files, layout }: Context, ident: FullIdent): void {
  const origin = `${layout.hab}/pkgs/${ident.origin}`
  for (const path of [`${origin}/${ident.name}/${ident.version}`, `${origin}/${ident.name}`, origin]) {
    try {
      files.removeDirectory(path)
    } catch (error) {
      if (isSystemError(error, "ENOTEMPTY", "EEXIST")) return
      if (!isSystemError(error, "ENOENT", "ENOTDIR")) throw error
    }
  }
}
