import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { hashFile } from "../crypto/hash.ts"
import { printKey } from "../crypto/key.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import { readArchive } from "../package/archive.ts"
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
 * artifacts lie beside it. A release that is there already is only promoted. Gives what the artifact holds. Throws
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
  for (const dep of tdeps) {
    if ((await depot.find(dep, { channel: EVERYTHING_CHANNEL, target })) !== undefined) continue
    const beside = options.artifactOf?.(dep) ?? path.join(path.dirname(file), archiveName(dep, target))
    if (context.files.stat(beside) === undefined) throw dependencyMissing(ident, dep, depot, beside)
    await publishOne(context, depot, { file: beside, ident: dep, target }, { force: false })
  }
  await publishOne(context, depot, { file, ident, target }, options)
  return ident
}

type Artifact = Readonly<{ file: string; ident: FullIdent; target: string }>

async function publishOne(
  context: PublishContext,
  depot: Depot,
  { file, ident, target }: Artifact,
  { channel, force }: PublishOptions,
): Promise<void> {
  const { report } = context
  const name = stringifyIdent(ident)
  const { header } = await readArchive(context, file, ["IDENT"])
  await publishKey(context, depot, header.signer)
  report({ tag: "status", verb: "Uploading", subject: name })
  const checksum = await hashFile(context, file)
  const done = await depot.upload({ path: file, ident, target, checksum, force })
  if (done === "uploaded") report({ tag: "status", verb: "Uploaded", subject: name })
  else report({ tag: "status", verb: "Using", subject: `${name}, which the depot has already` })
  if (channel === undefined || channel === EVERYTHING_CHANNEL) return
  if (!OWN_CHANNELS.includes(channel)) await depot.createChannel(ident.origin, channel)
  await depot.promote(ident, target, channel)
  report({ tag: "status", verb: "Promoted", subject: `${name} to ${channel}` })
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
