import type { Layout } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type FullIdent, type PackageIdent, stringifyIdent } from "./ident.ts"
import { removeEmptyAncestors, temporaryBeside } from "./leftovers.ts"
import { readGraph } from "./package-graph.ts"
import { createStore, type InstalledPackage, installedPackage, type PackageStore } from "./store.ts"
import { type StoreLockContext, withStoreLock } from "./store-lock.ts"
import { checkUnused, chooseTargets, type KeepRules, planDependencies, reasonToKeep } from "./uninstall-plan.ts"

export type UninstallContext = StoreLockContext & Readonly<{ files: FileSystem; layout: Layout; target: string }>

export type UninstallOptions = KeepRules &
  Readonly<{
    /** Only says what would be removed. */
    dryRun?: boolean
    /** Remove all matching releases but the newest so many. Default: remove the latest one. */
    keepLatest?: number
    /** Leave the dependencies alone. */
    noDeps?: boolean
    /** Runs the uninstall hook of a package that is the last of its name. Left out, hooks are ignored. */
    runUninstallHook?: (pkg: InstalledPackage) => Promise<unknown>
    signal?: AbortSignal
  }>

export type UninstallResult = Readonly<{
  /** What was removed, or in a dry run would be, in that order. */
  removed: readonly FullIdent[]
  /** One line for each target. */
  summaries: readonly string[]
}>

/**
 * Removes installed packages, oldest first, each with the dependencies nothing else needs (spec package §6). A package
 * disappears in one step; what a failing hook or check stops stays whole, and what was removed before stays removed.
 * Caches, service directories and configuration are left alone. Throws PACKAGE_NOT_FOUND, PACKAGE_IN_USE and what the
 * hook throws.
 */
export async function uninstallPackages(
  context: UninstallContext,
  wish: PackageIdent,
  options: UninstallOptions,
): Promise<UninstallResult> {
  const store = createStore(context)
  const targets = chooseTargets(store, wish, options.keepLatest)
  if (targets.length === 0) {
    const count = store.list(wish).length
    context.report({ tag: "status", verb: "Skipping", subject: `Only ${count} packages installed` })
  }
  const removed: FullIdent[] = []
  const summaries: string[] = []
  for (const target of targets) {
    const before = removed.length
    await uninstallTarget(context, store, target, options, removed)
    if (removed.length > before) summaries.push(summaryOf(target, removed.length - before - 1, options))
  }
  return { removed, summaries }
}

function summaryOf(target: InstalledPackage, deps: number, { dryRun }: UninstallOptions): string {
  const what = `Uninstall of ${stringifyIdent(target.ident)} and ${deps} dependencies`
  return dryRun ? `${what} would be done (Dry run)` : `${what} complete`
}

async function uninstallTarget(
  context: UninstallContext,
  store: PackageStore,
  target: InstalledPackage,
  options: UninstallOptions,
  removed: FullIdent[],
): Promise<void> {
  const gone = new Set(removed.map(stringifyIdent))
  const graph = readGraph(
    context,
    store.list().filter((pkg) => !gone.has(stringifyIdent(pkg.ident))),
  )
  checkUnused(graph, target.ident)
  const why = reasonToKeep(target.ident, options)
  if (why !== undefined) return skip(context, target.ident, why)
  const plan = options.noDeps ? { remove: [], keep: [] } : planDependencies(graph, target.ident, options)
  const going = [target.ident, ...plan.remove]
  for (const ident of going) {
    options.signal?.throwIfAborted()
    if (options.dryRun) context.report({ tag: "note", text: `Would be deleted (Dry run): ${stringifyIdent(ident)}` })
    else await removePackage(context, store, ident, new Set(going.map(stringifyIdent)), options)
    removed.push(ident)
  }
  for (const kept of plan.keep) skip(context, kept.ident, kept.why)
}

function skip({ report }: UninstallContext, ident: FullIdent, why: string): void {
  report({ tag: "status", verb: "Skipping", subject: `${stringifyIdent(ident)}: ${why}` })
}

async function removePackage(
  context: UninstallContext,
  store: PackageStore,
  ident: FullIdent,
  going: ReadonlySet<string>,
  options: UninstallOptions,
): Promise<void> {
  const pkg = installedPackage(context.layout, ident)
  const subject = stringifyIdent(ident)
  await runHook(context, store, pkg, options)
  const lock = { purpose: `uninstall ${subject}`, ...(options.signal === undefined ? {} : { signal: options.signal }) }
  await withStoreLock(context, lock, async () => {
    // The hook took its time, and it may have called hab itself.
    if (store.find(ident) === undefined) return
    checkUnused(readGraph(context, store.list()), ident, going)
    deletePackage(context, pkg)
  })
  context.report({ tag: "status", verb: "Deleted", subject })
}

/** Only the last release of a name has its hook run. */
async function runHook(
  context: UninstallContext,
  store: PackageStore,
  pkg: InstalledPackage,
  { runUninstallHook }: UninstallOptions,
): Promise<void> {
  if (runUninstallHook === undefined) return
  const { origin, name } = pkg.ident
  if (store.list({ origin, name }).length === 1) await runUninstallHook(pkg)
  else if (hasUninstallHook(context, pkg)) {
    skip(context, pkg.ident, "execution of the uninstall hook (other releases are installed)")
  }
}

/** Whatever its extension is. */
function hasUninstallHook({ files }: UninstallContext, pkg: InstalledPackage): boolean {
  const folder = `${pkg.path}/hooks`
  return (
    files.stat(folder) !== undefined && files.readDirectory(folder).some(({ name }) => /^uninstall(\.|$)/.test(name))
  )
}

function deletePackage(context: UninstallContext, pkg: InstalledPackage): void {
  const { files } = context
  if (files.lstat(pkg.path)?.kind === "symlink") return removeLink(context, pkg)
  const aside = temporaryBeside(context, pkg.ident)
  try {
    files.rename(pkg.path, aside)
    files.sync(pkg.path.slice(0, pkg.path.lastIndexOf("/")))
  } finally {
    files.removeTree(aside)
    removeEmptyAncestors(context, pkg.ident)
  }
}

/** Somebody put the release elsewhere: what is there stays. */
function removeLink(context: UninstallContext, pkg: InstalledPackage): void {
  context.files.removeFile(pkg.path)
  context.files.sync(pkg.path.slice(0, pkg.path.lastIndexOf("/")))
  removeEmptyAncestors(context, pkg.ident)
}
