import type { Layout } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { FullIdent, PackageIdent } from "./ident.ts"

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

export function createStore(options: StoreOptions): PackageStore {
  throw new Error(`not written yet ${options.target}`)
}
