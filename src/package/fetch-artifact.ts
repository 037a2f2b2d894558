import { HabError, isSystemError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import { parseKey } from "../crypto/key.ts"
import { createKeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { cachedArtifactPath } from "./artifact-cache.ts"
import { downloadAlone } from "./download-lock.ts"
import { placesIn } from "./entry-path.ts"
import { verifyHart } from "./hart.ts"
import { readHartHeader } from "./hart-header.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { PackageSource } from "./package-source.ts"
import { createTarReader } from "./tar-reader.ts"
import type { LockContext } from "./wait-for-lock.ts"

export type FetchContext = LockContext &
  Readonly<{
    files: FileSystem
    compression: Pick<ArchiveCompression, "decompress">
    layout: Layout
    target: string
  }>

/** What is not verified yet has another name: the cache holds nothing else. */
const UNVERIFIED = ".part"

/**
 * Downloads an artifact into the cache and gives its path; what another hab brought there meanwhile will do. It appears
 * there when it is whole, its signature holds and it is the package that was asked for; what is no good is removed. Throws
 * PACKAGE_NOT_FOUND, IDENT_MISMATCH and what `verifyHart` throws.
 */
export async function fetchArtifact(
  context: FetchContext,
  source: PackageSource,
  ident: FullIdent,
  signal?: AbortSignal,
): Promise<string> {
  const { files, layout } = context
  const destination = cachedArtifactPath(context, ident)
  files.makeDirectories(layout.cacheArtifacts)
  const place = { folder: layout.cacheArtifacts, what: stringifyIdent(ident), signal }
  await downloadAlone(context, place, async () => {
    if (files.stat(destination) === undefined) await fetchInto(context, source, { ident, destination, signal })
  })
  return destination
}

type Fetching = Readonly<{ ident: FullIdent; destination: string; signal: AbortSignal | undefined }>

async function fetchInto(
  context: FetchContext,
  source: PackageSource,
  { ident, destination, signal }: Fetching,
): Promise<void> {
  const { files, layout, report } = context
  const unverified = destination + UNVERIFIED
  report({ tag: "status", verb: "Downloading", subject: stringifyIdent(ident) })
  await keepingRoom(files, unverified, () => source.fetch(ident, unverified, signal))
  try {
    await ensureSigner(context, source, unverified)
    await verifyHart(context, createKeyCache(context, layout.cacheKeys), unverified)
    await checkIdent(context, unverified, ident)
  } catch (error) {
    files.removeTree(unverified)
    throw asGiven(error, { by: source.name, ident, file: unverified })
  }
  files.chmod(unverified, 0o644)
  files.sync(unverified)
  files.rename(unverified, destination)
  files.sync(layout.cacheArtifacts)
}

/**
 * Looks at the first path in an archive: the wrong package under this name would spoil every install from there. Throws
 * IDENT_MISMATCH, and ARCHIVE_UNSAFE for a path that names no package.
 */
export async function checkIdent(
  context: Pick<FetchContext, "files" | "compression">,
  file: string,
  wanted: FullIdent,
): Promise<void> {
  const placeOf = placesIn(file)
  let found: FullIdent | undefined
  const reader = createTarReader(file, ({ path }) => {
    const place = placeOf(path)
    if (place.tag === "above") return "skip"
    found = place.ident
    return "stop"
  })
  const onBytes = (bytes: Uint8Array) => (reader.write(bytes) ? "continue" : "stop")
  await context.compression.decompress({ path: file, offset: readHartHeader(context, file).length, onBytes })
  if (found === undefined || stringifyIdent(found) === stringifyIdent(wanted)) return
  throw new HabError("IDENT_MISMATCH", `${file} holds ${stringifyIdent(found)}`)
}

/** What is wrong with a file that a depot gave, and that is not there any more; other failures as they are. */
export function asGiven(
  error: unknown,
  { by, ident, file }: Readonly<{ by: string; ident: FullIdent; file: string }>,
): unknown {
  if (!(error instanceof HabError) || !/^(HART|ARCHIVE|IDENT)_/.test(error.code)) return error
  const why = error.message.replaceAll(file, "it")
  return new HabError(error.code, `${by} gave something unusable for ${stringifyIdent(ident)}: ${why}`, {
    hint: "nothing of it was kept; try again, and tell whoever runs the depot if it stays so",
    cause: error,
  })
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
