import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import type { Clock } from "../ports/clock.ts"
import type { Locks } from "../ports/lock.ts"
import { readArchive } from "./archive.ts"
import { type CacheCopy, copyToCache } from "./artifact-cache.ts"
import { chooseRelease, notFound, offlineKeyError } from "./choose-release.ts"
import { type CommitContext, commitPackages } from "./commit.ts"
import { ensureSigner } from "./fetch-artifact.ts"
import { verifyHart } from "./hart.ts"
import { type FullIdent, isFullIdent, stringifyIdent } from "./ident.ts"
import { type InstallSource, toUsageError } from "./install-source.ts"
import { sweepLeftovers } from "./leftovers.ts"
import { readMetadata } from "./metadata.ts"
import { withArtifact } from "./obtain-artifact.ts"
import type { PackageSource } from "./package-source.ts"
import { discardStaged, type StageContext, type StagedPackage, type StageResult, stagePackage } from "./stage.ts"
import { createStore, type InstalledPackage } from "./store.ts"
import { besideStoreLock, type StoreLockContext, unlessReadOnly } from "./store-lock.ts"

export type InstallContext = StageContext & CommitContext & StoreLockContext & Readonly<{ clock: Clock; locks: Locks }>

export type InstallOptions = Readonly<{
  /**
   * Runs a package's install hook if it is due; called for every package in reach, dependencies first, also when nothing
   * new was installed. Left out, hooks are ignored.
   */
  runInstallHook?: (pkg: InstalledPackage) => Promise<unknown>
  /** Where to get what is not here. Left out, what is installed, cached or named must do. */
  source?: PackageSource
  /** A depot is not to be asked, and failures say so. */
  offline?: boolean
  /** Takes the channel's release even if a later one is installed. */
  ignoreLocal?: boolean
  signal?: AbortSignal
  /** How long to wait for another hab that changes packages. Default: ten minutes. */
  waitMsMax?: number
}>

export type InstallResult = Readonly<{
  /** What each source named, in the order of the sources. */
  requested: readonly InstalledPackage[]
  /** What is new, in the order it was installed. */
  installed: readonly InstalledPackage[]
  /** One line for each source; the last of all is the last line of stdout (spec package §5.4). */
  summaries: readonly string[]
}>

/**
 * Installs artifacts and packages one after another with everything they need (spec package §5.3 to §5.6). Missing
 * dependencies come from the artifact cache, from beside the artifact that was named, or from the source. All of a source is verified
 * and unpacked before any of it appears; the first failure ends it all, and what was installed before stays.
 */
export async function installPackages(
  context: InstallContext,
  sources: readonly InstallSource[],
  options: InstallOptions = {},
): Promise<InstallResult> {
  const requested: InstalledPackage[] = []
  const installed: InstalledPackage[] = []
  const summaries: string[] = []
  for (const source of sources) {
    context.report({ tag: "begin", text: `Installing ${describeSource(source)}` })
    // Namespaces are tried on a core that is idle until xz is at work.
    if (source.tag === "archive") void context.layout.findPrefix()
    const done = await besideStoreLock(context, lockOptions(source, options), (locked) =>
      installSource(context, source, options, locked),
    )
    await runHooks(context, done.pkg, options)
    requested.push(done.pkg)
    installed.push(...done.installed)
    const count = done.installed.length
    summaries.push(`Install of ${stringifyIdent(done.pkg.ident)} complete with ${count} new packages installed.`)
  }
  return { requested, installed, summaries }
}

function describeSource(source: InstallSource): string {
  return source.tag === "archive" ? source.path : stringifyIdent(source.ident)
}

function lockOptions(source: InstallSource, { signal, waitMsMax }: InstallOptions) {
  return {
    purpose: `install ${describeSource(source)}`,
    ...(signal === undefined ? {} : { signal }),
    ...(waitMsMax === undefined ? {} : { waitMsMax }),
  }
}

type Done = Readonly<{ pkg: InstalledPackage; installed: readonly InstalledPackage[] }>

async function installSource(
  context: InstallContext,
  source: InstallSource,
  options: InstallOptions,
  locked: Promise<unknown>,
): Promise<Done> {
  const ready = locked.then(() => sweepLeftovers(context))
  ready.catch(() => undefined) // An artifact that is no good fails before.
  // An artifact that was named is read and checked while we get the lock; everything else depends on what is installed.
  if (source.tag !== "archive") await ready.catch(unlessReadOnly)
  const staged: StagedPackage[] = []
  const copies: CacheCopy[] = []
  const begin = (path: string, expected: FullIdent | undefined) => {
    // Now, while xz is at work, and not when all of it is unpacked.
    const onBegin = (ident: FullIdent) => void copies.push(copyToCache(context, path, ident))
    return stageReported(context, { path, expected, onBegin, ready }, options)
  }
  try {
    const wanted = await stageSource(context, source, options, { begin, ready })
    if (wanted.tag === "staged") staged.push(wanted)
    const beside = source.tag === "archive" ? [path.dirname(source.path)] : []
    for (const dep of tdepsOf(context, wanted)) {
      const result = await stageDependency(context, dep, beside, options, { begin, ready })
      // Dependencies are unpacked and installed in the reverse of TDEPS.
      if (result.tag === "staged") staged.unshift(result)
    }
    for (const copy of copies) await copy.keep()
    const installed = await commitPackages(context, staged, (pkg) => {
      context.report({ tag: "status", verb: "Installed", subject: stringifyIdent(pkg.ident) })
    })
    return { pkg: wanted.tag === "installed" ? wanted.pkg : last(installed), installed }
  } catch (error) {
    for (const item of staged) discardStaged(context, item)
    for (const copy of copies.reverse()) await copy.discard()
    throw error
  }
}

/** Nothing is fetched or unpacked before `ready`. */
type Stager = Readonly<{
  begin: (path: string, expected: FullIdent | undefined) => Promise<StageResult>
  ready: Promise<unknown>
}>

type Staging = Readonly<{
  path: string
  expected: FullIdent | undefined
  onBegin: (ident: FullIdent) => void
  ready: Promise<unknown>
}>

async function stageReported(
  context: InstallContext,
  { path, expected, onBegin, ready }: Staging,
  { signal, source, offline }: InstallOptions,
): Promise<StageResult> {
  signal?.throwIfAborted()
  await ensureSigner(context, source, path)
  const result = await stagePackage(context, {
    path,
    onBegin,
    ready,
    ...(expected === undefined ? {} : { expected }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw offline === true ? offlineKeyError(error) : error
  })
  if (result.tag === "installed") reportUsing(context, result.pkg)
  return result
}

async function stageSource(
  context: InstallContext,
  source: InstallSource,
  options: InstallOptions,
  { begin, ready }: Stager,
): Promise<StageResult> {
  if (source.tag === "archive") {
    return begin(source.path, undefined)
      .catch((error: unknown) => usingWhatIsThere(context, source.path, error))
      .catch((error: unknown) => {
        // What an argument of the command line lacks is wrong usage (spec package §5.1).
        throw error instanceof HabError && error.code === "METADATA_MISSING" ? toUsageError(error) : error
      })
  }
  const ident = await chooseRelease(context, source.ident, options)
  const pkg = createStore(context).find(ident)
  if (pkg !== undefined) return using(context, pkg)
  if (!isFullIdent(ident)) throw notFound(context, source.ident, options)
  await ready
  return withArtifact(context, ident, { ...options, beside: [] }, (path) => begin(path, ident))
}

/** TDEPS in their order, each once. */
function tdepsOf(context: InstallContext, wanted: StageResult): Iterable<FullIdent> {
  const tdeps = wanted.tag === "staged" ? wanted.tdeps : readMetadata(context, wanted.pkg).tdeps
  return new Map(tdeps.map((dep) => [stringifyIdent(dep), dep])).values()
}

async function stageDependency(
  context: InstallContext,
  dep: FullIdent,
  beside: readonly string[],
  options: InstallOptions,
  { begin, ready }: Stager,
): Promise<StageResult> {
  const pkg = createStore(context).find(dep)
  if (pkg !== undefined) return using(context, pkg)
  await ready
  return withArtifact(context, dep, { ...options, beside }, (path) => begin(path, dep))
}

/** An artifact that cannot be unpacked, because the store may only be read, is of no use if its release is not there. */
async function usingWhatIsThere(context: InstallContext, file: string, error: unknown): Promise<StageResult> {
  unlessReadOnly(error)
  await verifyHart(context, createKeyCache(context, context.layout.cacheKeys), file)
  const { metadata } = await readArchive(context, file, ["IDENT"])
  const pkg = createStore(context).find(metadata.ident)
  if (pkg === undefined) throw error
  return using(context, pkg)
}

function using(context: InstallContext, pkg: InstalledPackage): StageResult {
  reportUsing(context, pkg)
  return { tag: "installed", pkg }
}

function reportUsing({ report }: InstallContext, pkg: InstalledPackage): void {
  report({ tag: "status", verb: "Using", subject: stringifyIdent(pkg.ident) })
}

/** The order of TDEPS reversed, then the package itself (spec package §5.6). */
async function runHooks(context: InstallContext, pkg: InstalledPackage, options: InstallOptions): Promise<void> {
  const { runInstallHook, signal } = options
  if (runInstallHook === undefined) return
  const store = createStore(context)
  const deps = [...readMetadata(context, pkg).tdeps].reverse().map((dep) => store.load(dep))
  for (const due of [...deps, pkg]) {
    signal?.throwIfAborted()
    await runInstallHook(due)
  }
}

function last<T>(items: readonly T[]): T {
  const item = items.at(-1)
  if (item === undefined) throw new Error("assertion failed: something was installed")
  return item
}
