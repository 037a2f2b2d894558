import { HabError } from "../base/errors.ts"
import { cachedArtifactPath, findArtifact } from "./artifact-cache.ts"
import { notFound } from "./choose-release.ts"
import { type FetchContext, fetchArtifact } from "./fetch-artifact.ts"
import type { FullIdent } from "./ident.ts"
import type { PackageSource } from "./package-source.ts"

export type ObtainOptions = Readonly<{
  /** Folders that may hold it, besides the cache. */
  beside: readonly string[]
  source?: PackageSource
  offline?: boolean
  signal?: AbortSignal
}>

/**
 * Does something with the artifact of a release: the one that is here or, failing that, the one the source gives. What the
 * cache holds was good once: when it is no good any more, it is fetched again. Throws PACKAGE_NOT_FOUND, what
 * `fetchArtifact` throws, and what `use` throws.
 */
export async function withArtifact<T>(
  context: FetchContext,
  ident: FullIdent,
  { beside, source, offline, signal }: ObtainOptions,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const fetched = (from: PackageSource) => fetchArtifact(context, from, ident, signal).then(use)
  const here = findArtifact(context, ident, beside)
  if (here !== undefined) {
    return use(here).catch((error: unknown) => {
      if (here !== cachedArtifactPath(context, ident) || !isAboutContent(error)) throw error
      if (source === undefined) throw withHint(error, here)
      context.report({ tag: "warning", text: `${error.message}; it is fetched again` })
      context.files.removeTree(here)
      return fetched(source)
    })
  }
  if (source !== undefined) return fetched(source)
  throw notFound(context, ident, offline === undefined ? {} : { offline })
}

function isAboutContent(error: unknown): error is HabError {
  return error instanceof HabError && /^(?:HART_|ARCHIVE_DAMAGED|IDENT_MISMATCH)/.test(error.code)
}

function withHint({ code, message, cause }: HabError, file: string): HabError {
  return new HabError(code, message, { hint: `remove it, and install from a depot again: rm '${file}'`, cause })
}
