import { HabError, isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import { parseKey } from "../crypto/key.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { cachedArtifactPath } from "./artifact-cache.ts"
import { verifyHart } from "./hart.ts"
import { readHartHeader } from "./hart-header.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { PackageSource } from "./package-source.ts"

export type FetchContext = Readonly<{ files: FileSystem; layout: Layout; target: string; report: Report }>

/** What is not verified yet has another name: the cache holds nothing else. */
const UNVERIFIED = ".part"

/**
 * Downloads an artifact into the cache and gives its path. It appears there when it is whole and its signature holds;
 * what is no good is removed. Throws PACKAGE_NOT_FOUND and what `verifyHart` throws.
 */
export async function fetchArtifact(
  context: FetchContext,
  source: PackageSource,
  ident: FullIdent,
  signal?: AbortSignal,
): Promise<string> {
  const { files, layout, report } = context
  const destination = cachedArtifactPath(context, ident)
  const unverified = destination + UNVERIFIED
  files.makeDirectories(layout.cacheArtifacts)
  report({ tag: "status", verb: "Downloading", subject: stringifyIdent(ident) })
  await keepingRoom(files, unverified, () => source.fetch(ident, unverified, signal))
  try {
    await ensureSigner(context, source, unverified)
    await verifyHart(context, createKeyCache(context, layout.cacheKeys), unverified)
  } catch (error) {
    files.removeTree(unverified)
    throw error
  }
  files.chmod(unverified, 0o644)
  files.sync(unverified)
  files.rename(unverified, destination)
  files.sync(layout.cacheArtifacts)
  return destination
}

/** Writes a file part by part. What fills the disk is removed again; after other failures the next attempt goes on with it. */
export async function keepingRoom(
  files: Pick<FileSystem, "removeTree">,
  file: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (isSystemError(error, "ENOSPC", "EDQUOT")) files.removeTree(file)
    throw error
  }
}

/**
 * Gets the public key an artifact names, when the key cache lacks it and there is a source to ask. Without one the
 * verification says what is missing. Throws KEY_INVALID and what `readHartHeader` throws.
 */
export async function ensureSigner(
  context: Readonly<{ files: FileSystem; layout: Layout; report: Report }>,
  source: Pick<PackageSource, "key" | "name"> | undefined,
  artifact: string,
): Promise<void> {
  if (source === undefined) return
  const { signer } = readHartHeader(context, artifact)
  const cache = createKeyCache(context, context.layout.cacheKeys)
  const isKnown = cache.revisions("origin-public", signer.name).some(({ revision }) => revision === signer.revision)
  if (isKnown) return
  const name = stringifyNamedRevision(signer)
  context.report({ tag: "status", verb: "Downloading", subject: `public key ${name}` })
  const text = await source.key(signer)
  if (text === undefined) return
  const key = parseKey("origin-public", text, `the key ${name} of ${source.name}`)
  if (stringifyNamedRevision(key) !== name) {
    throw new HabError("KEY_INVALID", `${source.name} gave the key ${stringifyNamedRevision(key)} for ${name}`, {
      hint: "the depot is damaged, or no depot: import the key yourself (hab origin key import)",
    })
  }
  await cache.write(key)
}
