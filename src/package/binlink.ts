import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import { hostPath, type Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { stringifyIdent } from "./ident.ts"
import { readMetadata } from "./metadata.ts"
import { statInner } from "./programs.ts"
import type { InstalledPackage } from "./store.ts"

type Context = Readonly<{
  files: Pick<
    FileSystem,
    | "lstat"
    | "makeDirectories"
    | "readDirectory"
    | "readLink"
    | "readTextIfPresent"
    | "rename"
    | "removeTree"
    | "stat"
    | "symlink"
  >
  layout: Layout
  report: Report
}>

export type BinlinkRequest = Readonly<{
  /** Where links go, as an absolute path below the root. */
  directory: string
  /** Links to something else are replaced. Anything but a link never is. */
  force: boolean
}>

/**
 * Makes one program of a package runnable from `directory` (spec package §5.7). Nothing remembers the link, and
 * uninstalling leaves it. Throws PROGRAM_NOT_FOUND, BINLINK_DIRECTORY_INVALID and BINLINK_TAKEN.
 */
export function binlinkProgram(context: Context, pkg: InstalledPackage, name: string, request: BinlinkRequest): void {
  checkBinlinkDirectory(request.directory)
  // A path would lead out of the package.
  const target = (name.includes("/") ? [] : ownFolders(context, pkg))
    .map((folder) => path.join(folder, name))
    .find((inner) => {
      const kind = statInner(context, inner)?.kind
      return kind !== undefined && kind !== "directory"
    })
  if (target === undefined) {
    throw new HabError("PROGRAM_NOT_FOUND", `${stringifyIdent(pkg.ident)} has no program '${name}' on its PATH`, {
      hint: `hab pkg env ${stringifyIdent(pkg.ident)} shows where it looks`,
    })
  }
  link(context, pkg, target, request)
}

/** Makes every program of a package runnable from `directory`. Throws as `binlinkProgram`. */
export function binlinkAll(context: Context, pkg: InstalledPackage, request: BinlinkRequest): void {
  checkBinlinkDirectory(request.directory)
  const seen = new Set<string>()
  for (const folder of ownFolders(context, pkg)) {
    for (const { name } of entriesOf(context, folder)) {
      const target = path.join(folder, name)
      // The first folder of a PATH wins, as when a shell looks.
      if (seen.has(name) || statInner(context, target)?.kind === "directory") continue
      seen.add(name)
      link(context, pkg, target, request)
    }
  }
}

/** Throws BINLINK_DIRECTORY_INVALID. */
export function checkBinlinkDirectory(directory: string): void {
  if (directory.startsWith("/")) return
  throw new HabError("BINLINK_DIRECTORY_INVALID", `the folder for links must be an absolute path, not '${directory}'`, {
    hint: "for example /usr/local/bin",
  })
}

function ownFolders({ files }: Context, pkg: InstalledPackage): readonly string[] {
  return readMetadata({ files }, pkg).path
}

function entriesOf({ files, layout }: Context, folder: string) {
  const host = hostPath(layout, folder)
  return files.stat(host)?.kind === "directory" ? files.readDirectory(host) : []
}

function link(
  context: Context,
  { ident }: InstalledPackage,
  target: string,
  { directory, force }: BinlinkRequest,
): void {
  const { files, layout, report } = context
  const name = path.basename(target)
  // Nothing above the root is meant by any folder below it.
  const folder = path.normalize(directory)
  const at = path.join(layout.root === "" ? "/" : layout.root, folder, name)
  files.makeDirectories(path.dirname(at))
  const existing = files.lstat(at)
  const shown = `${name} from ${stringifyIdent(ident)} to ${path.join(folder, name)}`
  if (existing === undefined) files.symlink(target, at)
  else if (existing.kind !== "symlink") {
    throw new HabError("BINLINK_TAKEN", `${at} is no link, and is left alone`, {
      hint: "move it away, or choose another folder",
    })
  } else if (files.readLink(at) !== target) {
    if (!force) {
      const text = `Skipping binlink of ${shown}: it links to ${files.readLink(at)}`
      return report({ tag: "warning", text, hint: "use --force to overwrite" })
    }
    replaceLink(files, target, at)
  }
  report({ tag: "end", text: `Binlinked ${shown}` })
}

/** There is a link at every moment: programs may be started while it changes. */
function replaceLink(files: Context["files"], target: string, at: string): void {
  const beside = `${at}.hab-binlink`
  files.removeTree(beside)
  files.symlink(target, beside)
  files.rename(beside, at)
}
