import path from "node:path/posix"
import { isSystemError } from "../base/errors.ts"
import { type Layout, packagePath } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import { temporaryBeside } from "./leftovers.ts"
import type { StagedPackage } from "./stage.ts"
import { type InstalledPackage, installedPackage } from "./store.ts"

const DIRECTORY_MODE = 0o755

export type CommitContext = Readonly<{ files: FileSystem; layout: Layout; users: Pick<Users, "current"> }>

/**
 * Gives staged packages their final names, in the order given (spec package §5.5). All content is on disk before the
 * first rename, so whenever the machine stops, each package is absent or complete.
 */
export async function commitPackages(
  context: CommitContext,
  staged: readonly StagedPackage[],
  onInstalled: (pkg: InstalledPackage, from: StagedPackage) => void,
): Promise<InstalledPackage[]> {
  const { files, layout } = context
  if (staged.length > 0) await files.syncTree(`${layout.hab}/pkgs`)
  return staged.map((item) => {
    const pkg = installedPackage(layout, item.ident)
    openAncestors(context, pkg)
    moveIntoPlace(context, item, pkg)
    files.sync(path.dirname(pkg.path))
    onInstalled(pkg, item)
    return pkg
  })
}

function moveIntoPlace(context: CommitContext, staged: StagedPackage, pkg: InstalledPackage): void {
  try {
    context.files.rename(staged.directory, pkg.path)
  } catch (error) {
    if (!isSystemError(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw error
    displace(context, pkg)
    context.files.rename(staged.directory, pkg.path)
  }
}

/** What is there is no installed package, or we would not be installing: half a package of somebody else's making. */
function displace(context: CommitContext, pkg: InstalledPackage): void {
  const aside = temporaryBeside(context, pkg.ident)
  try {
    context.files.rename(pkg.path, aside)
  } finally {
    context.files.removeTree(aside)
  }
}

/** Directories above a package are for everyone to enter, whatever umask made them; only our own are changed. */
function openAncestors({ files, layout, users }: CommitContext, { ident }: InstalledPackage): void {
  const version = path.dirname(packagePath(layout, ident))
  const name = path.dirname(version)
  for (const directory of [version, name, path.dirname(name), `${layout.hab}/pkgs`]) {
    const stat = files.stat(directory)
    const isOurs = stat !== undefined && stat.uid === users.current.uid && stat.gid === users.current.gid
    if (isOurs && stat.mode !== DIRECTORY_MODE) files.chmod(directory, DIRECTORY_MODE)
  }
}
