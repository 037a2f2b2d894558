import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, packagePath } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type FullIdent, isFullIdent, type PackageIdent, stringifyIdent } from "./ident.ts"
import { compareByParts, latestOf } from "./order.ts"
import { isInRange } from "./version-range.ts"

/** One release that is on disk, complete and for this platform. */
export type InstalledPackage = Readonly<{
  ident: FullIdent
  /** Its directory as we open it: `<root>/hab/pkgs/o/n/v/r`. */
  path: string
  /** Its directory as packages and templates see it: `/hab/pkgs/o/n/v/r`. */
  innerPath: string
}>

/** The installed packages of one root (spec package §1.5). Every question looks at the disk: nothing is remembered. */
export type PackageStore = Readonly<{
  /** The installed release that answers the wish: the exact one, or the latest by the partial order of §1.4. */
  find(wish: PackageIdent): InstalledPackage | undefined
  /** Everything installed that satisfies the wish, in by-parts order: origin, name, version, release. */
  list(wish?: PackageIdent): InstalledPackage[]
  /** As `find`; throws PACKAGE_NOT_FOUND. */
  load(wish: PackageIdent): InstalledPackage
}>

export type StoreOptions = Readonly<{
  files: Pick<FileSystem, "readDirectory" | "readTextIfPresent">
  layout: Layout
  /** The running platform; packages for another one do not count as installed. */
  target: string
}>

/** Directories with this prefix are being unpacked or deleted (spec package §5.5, §6). */
export const TEMPORARY_PREFIX = ".hab-pkg-install"

/** The packages installed under a layout, for one platform. */
export function createStore(options: StoreOptions): PackageStore {
  const list = (wish: Partial<PackageIdent> = {}) =>
    [...releases(options, wish)]
      .filter((pkg) => wish.range === undefined || isInRange(pkg.ident.version, wish.range))
      .filter((pkg) => isInstalled(options, pkg))
      .sort((a, b) => compareByParts(a.ident, b.ident))
  const find = (wish: PackageIdent) => {
    if (!isFullIdent(wish)) return latestOf(list(wish), (pkg) => pkg.ident)
    const pkg = installedPackage(options.layout, wish)
    return isInstalled(options, pkg) ? pkg : undefined
  }
  return {
    find,
    list,
    load(wish) {
      const pkg = find(wish)
      if (pkg !== undefined) return pkg
      const what = isFullIdent(wish) ? "is not installed" : "has no installed release"
      throw new HabError("PACKAGE_NOT_FOUND", `'${stringifyIdent(wish)}' ${what} under ${options.layout.hab}/pkgs`, {
        hint: `hab pkg list --all shows what is installed; hab pkg install ${forShells(wish)} installs it`,
      })
    },
  }
}

/** Where a release is or would be installed. */
export function installedPackage(layout: Layout, ident: FullIdent): InstalledPackage {
  return {
    ident,
    path: packagePath(layout, ident),
    // Asked for by few, and finding the prefix may take 20 ms.
    get innerPath() {
      return `${layout.prefix}/pkgs/${stringifyIdent(ident)}`
    },
  }
}

function* releases({ files, layout }: StoreOptions, wish: Partial<PackageIdent>): Iterable<InstalledPackage> {
  const root = `${layout.hab}/pkgs`
  for (const origin of names(files, root, wish.origin)) {
    for (const name of names(files, `${root}/${origin}`, wish.name)) {
      for (const version of names(files, `${root}/${origin}/${name}`, wish.version)) {
        for (const release of names(files, `${root}/${origin}/${name}/${version}`, wish.release)) {
          yield installedPackage(layout, { origin, name, version, release })
        }
      }
    }
  }
}

/** Subdirectories, links to directories included; only the wished one when a wish narrows the level. */
function names(files: StoreOptions["files"], directory: string, wished: string | undefined): readonly string[] {
  if (wished !== undefined) return [wished]
  try {
    return files
      .readDirectory(directory)
      .filter((entry) => entry.kind === "directory" || entry.kind === "symlink")
      .map((entry) => entry.name)
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR", "EACCES")) return []
    throw error
  }
}

/** Only the TARGET file decides; a directory without a readable one is silently no package (spec package §1.5). */
function isInstalled({ files, target }: StoreOptions, pkg: InstalledPackage): boolean {
  if (pkg.ident.release.startsWith(TEMPORARY_PREFIX)) return false
  try {
    return files.readTextIfPresent(`${pkg.path}/TARGET`)?.trim() === target
  } catch (error) {
    if (isSystemError(error, "EACCES", "EISDIR", "ELOOP")) return false
    throw error
  }
}

/** Ranges hold what shells take for something else. */
function forShells(wish: PackageIdent): string {
  return wish.range === undefined ? stringifyIdent(wish) : `'${stringifyIdent(wish)}'`
}
