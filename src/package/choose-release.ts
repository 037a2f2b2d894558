import { HabError, isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { latestCached } from "./artifact-cache.ts"
import { isFullIdent, type PackageIdent, stringifyIdent } from "./ident.ts"
import { comparePartially } from "./order.ts"
import type { PackageSource } from "./package-source.ts"
import { createStore } from "./store.ts"

type Context = Readonly<{
  files: FileSystem
  compression: Pick<ArchiveCompression, "decompress">
  layout: Layout
  target: string
  report: Report
}>

type Options = Readonly<{ source?: PackageSource; offline?: boolean; ignoreLocal?: boolean }>

/**
 * Which release a wish means (spec package §5.3): an exact one as it is; with a source the later of what is installed and
 * what its channel has; without one the later of what is installed and what is cached. The wish itself when there is none.
 * Throws PACKAGE_NOT_FOUND when the source has none and what is installed does not count.
 */
export async function chooseRelease(context: Context, wish: PackageIdent, options: Options): Promise<PackageIdent> {
  if (isFullIdent(wish)) return wish
  const { source, ignoreLocal = false } = options
  const installed = createStore(context).find(wish)?.ident
  if (source === undefined) {
    const cached = await latestCached(context, wish).catch((error: unknown) => {
      // Who may not look into the cache still has what is installed.
      if (installed === undefined || !isSystemError(error, "EACCES")) throw error
      return undefined
    })
    if (installed === undefined || cached === undefined) return installed ?? cached ?? wish
    return comparePartially(installed, cached) === 1 ? installed : cached
  }
  const offered = await source.latest(wish)
  if (installed === undefined || ignoreLocal) return offered ?? missing(context, wish, source)
  const name = stringifyIdent(installed)
  if (offered === undefined) {
    context.report({ tag: "note", text: `${stringifyIdent(wish)} is not in ${source.name}; ${name} is installed` })
    return installed
  }
  if (comparePartially(installed, offered) !== 1) return offered
  context.report({
    tag: "note",
    text: `${name} is installed, and later than ${stringifyIdent(offered)} of ${source.name}`,
  })
  return installed
}

async function missing({ report }: Context, wish: PackageIdent, source: PackageSource): Promise<never> {
  const name = stringifyIdent(wish)
  for (const other of await source.alternatives(wish)) report({ tag: "warning", text: `Found in ${other}` })
  throw new HabError("PACKAGE_NOT_FOUND", `'${name}' is not in ${source.name}`, {
    hint: "name another channel with --channel, or promote it there: hab pkg promote IDENT CHANNEL",
  })
}

/** A package that is nowhere, and what could be done. */
export function notFound({ layout, target }: Context, ident: PackageIdent, { offline }: Options): HabError {
  const name = stringifyIdent(ident)
  if (offline === true) {
    return new HabError(
      isFullIdent(ident) ? "OFFLINE_ARTIFACT_NOT_FOUND" : "OFFLINE_PACKAGE_NOT_FOUND",
      `'${name}' is neither installed nor in ${layout.cacheArtifacts}, and --offline asks no depot`,
      { hint: "leave --offline out, or bring a bundle: hab pkg bundle" },
    )
  }
  return new HabError("PACKAGE_NOT_FOUND", `'${name}' is neither installed nor in ${layout.cacheArtifacts}`, {
    hint: `build it (hab pkg build), install its file for ${target} (hab pkg install FILE.hart; a dependency may lie beside it), or name a depot: --url or HAB_BLDR_URL`,
  })
}

/** A missing key has a code of its own when no depot may be asked for it. */
export function offlineKeyError(error: unknown): unknown {
  if (!(error instanceof HabError) || error.code !== "KEY_NOT_FOUND") return error
  const hint = `leave --offline out${error.hint === undefined ? "" : `, or ${error.hint}`}`
  return new HabError("OFFLINE_KEY_NOT_FOUND", error.message, { hint, cause: error })
}
