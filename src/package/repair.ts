import { isSystemError } from "../base/errors.ts"
import type { CommitContext } from "./commit.ts"
import { stringifyIdent } from "./ident.ts"
import { temporaryBeside } from "./leftovers.ts"
import { discardStaged, type StageContext, stagePackage } from "./stage.ts"
import { createStore, type InstalledPackage } from "./store.ts"
import { type StoreLockContext, withStoreLock } from "./store-lock.ts"

export type RepairContext = StageContext & CommitContext & StoreLockContext

/** What hab wrote there after the package was unpacked; a repair is no new install. */
const KEPT = ["INSTALL_HOOK_STATUS"]

/**
 * Replaces an installed package by what its artifact holds, under the same name and with its hook's exit code. The
 * artifact is verified first; processes that run go on with the files they have open. Throws PACKAGE_NOT_FOUND, and what
 * `stagePackage` throws.
 */
export async function repairPackage(
  context: RepairContext,
  pkg: InstalledPackage,
  { artifact, signal }: Readonly<{ artifact: string; signal?: AbortSignal }>,
): Promise<void> {
  const stopping = signal === undefined ? {} : { signal }
  await withStoreLock(context, { purpose: `repair ${stringifyIdent(pkg.ident)}`, ...stopping }, async () => {
    // Whoever held the lock before may have removed it.
    createStore(context).load(pkg.ident)
    const staged = await stagePackage(context, { path: artifact, expected: pkg.ident, replaces: true, ...stopping })
    if (staged.tag !== "staged") throw new Error("assertion failed: a replacement is staged")
    try {
      await replace(context, pkg, staged.directory)
    } catch (error) {
      discardStaged(context, staged)
      throw error
    }
  })
}

async function replace(context: RepairContext, pkg: InstalledPackage, directory: string): Promise<void> {
  const { files, layout } = context
  for (const name of KEPT) {
    const text = files.readTextIfPresent(`${pkg.path}/${name}`)
    if (text !== undefined) files.writeFile(`${directory}/${name}`, text)
  }
  await files.syncTree(directory)
  const aside = temporaryBeside({ files, layout }, pkg.ident)
  // A link takes the place of no folder.
  if (files.lstat(pkg.path)?.kind === "symlink") files.removeDirectory(aside)
  files.rename(pkg.path, aside)
  try {
    files.rename(directory, pkg.path)
  } catch (error) {
    if (isSystemError(error)) files.rename(aside, pkg.path)
    throw error
  }
  files.sync(pkg.path.slice(0, pkg.path.lastIndexOf("/")))
  files.removeTree(aside)
}
