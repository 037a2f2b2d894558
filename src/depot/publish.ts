import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { hashFile } from "../crypto/hash.ts"
import { printKey } from "../crypto/key.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import { readArchive } from "../package/archive.ts"
import { readHartHeader } from "../package/hart-header.ts"
import { archiveName, type FullIdent, stringifyIdent } from "../package/ident.ts"
import type { ArchiveCompression } from "../ports/archive-compression.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type Depot, EVERYTHING_CHANNEL, OWN_CHANNELS } from "./depot.ts"

export type PublishContext = Readonly<{
  files: FileSystem
  compression: Pick<ArchiveCompression, "decompress">
  report: Report
  keys: KeyCache
}>

export type PublishOptions = Readonly<{
  /** Where the release is put besides `unstable`. */
  channel?: string
  force: boolean
  /** The artifact of a dependency, when it is not beside the one that needs it. */
  artifactOf?: (dep: FullIdent) => string | undefined
}>

/**
 * Uploads an artifact, before it the key it was signed with and those of its dependencies that the depot lacks; their
 * artifacts lie beside it. A release that is there already is only promoted, and one the depot declines is passed over with
 * a warning. Gives what the artifact holds. Throws
 * PACKAGE_NOT_FOUND for a dependency that is nowhere, KEY_NOT_FOUND, and what the depot refuses.
 */
export async function publishArtifact(
  context: PublishContext,
  depot: Depot,
  file: string,
  options: PublishOptions,
): Promise<FullIdent> {
  const { metadata } = await readArchive(context, file, ["IDENT", "TARGET", "TDEPS"])
  const { ident, target, tdeps } = metadata
  const isThere = !options.force && (await depot.find(ident, { channel: EVERYTHING_CHANNEL, target })) !== undefined
  for (const dep of isThere ? [] : tdeps) {
    if ((await depot.find(dep, { channel: EVERYTHING_CHANNEL, target })) !== undefined) continue
    const beside = options.artifactOf?.(dep) ?? path.join(path.dirname(file), archiveName(dep, target))
    if (context.files.stat(beside) === undefined) throw dependencyMissing(ident, dep, depot, beside)
    await publishOne(context, depot, { file: beside, ident: dep, target, isThere: false }, { force: false })
  }
  await publishOne(context, depot, { file, ident, target, isThere }, options)
  return ident
}

type Artifact = Readonly<{ file: string; ident: FullIdent; target: string; isThere: boolean }>

async function publishOne(
  context: PublishContext,
  depot: Depot,
  artifact: Artifact,
  { channel, force }: PublishOptions,
): Promise<void> {
  const { report } = context
  const { file, ident, target } = artifact
  const name = stringifyIdent(ident)
  await publishKey(context, depot, readHartHeader(context, file).signer)
  const done = artifact.isThere ? "exists" : await upload(context, depot, artifact, force)
  if (typeof done === "object") {
    report({ tag: "warning", text: `${name} is not taken by ${depot.url}: ${done.declined}` })
    return
  }
  if (done === "uploaded") report({ tag: "status", verb: "Uploaded", subject: name })
  else report({ tag: "status", verb: "Using", subject: `${name}, which the depot has already` })
  if (channel === undefined || channel === EVERYTHING_CHANNEL) return
  if (!OWN_CHANNELS.includes(channel)) await depot.createChannel(ident.origin, channel)
  await depot.promote(ident, target, channel)
  report({ tag: "status", verb: "Promoted", subject: `${name} to ${channel}` })
}

async function upload(context: PublishContext, depot: Depot, { file, ident, target }: Artifact, force: boolean) {
  context.report({ tag: "status", verb: "Uploading", subject: stringifyIdent(ident) })
  const checksum = await hashFile(context, file)
  return depot.upload({ path: file, ident, target, checksum, force })
}

async function publishKey(
  { keys, report }: PublishContext,
  depot: Depot,
  signer: Parameters<Depot["key"]>[0],
): Promise<void> {
  if ((await depot.key(signer)) !== undefined) return
  const text = printKey(keys.read("origin-public", signer))
  await depot.uploadKey("origin-public", signer, text)
  report({ tag: "status", verb: "Uploaded", subject: `public key ${stringifyNamedRevision(signer)}` })
}

function dependencyMissing(ident: FullIdent, dep: FullIdent, depot: Depot, beside: string): HabError {
  const names = `${stringifyIdent(ident)} needs ${stringifyIdent(dep)}`
  return new HabError("PACKAGE_NOT_FOUND", `${names}, which is neither in ${depot.url} nor at ${beside}`, {
    hint: "upload that one first, or put its artifact beside this one",
  })
}
