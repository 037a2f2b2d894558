import { Buffer } from "node:buffer"
import { HabError } from "../base/errors.ts"
import { createHasher, hashBytes } from "../crypto/hash.ts"
import type { Key } from "../crypto/key.ts"
import type { KeyCache } from "../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../crypto/named-revision.ts"
import { openSigned, signMessage } from "../crypto/signature.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type HartHeader, printHartHeader, readHartHeader } from "./hart-header.ts"

const ARTIFACT_MODE = 0o644

/** The signed header for a payload with this BLAKE2b-256: the same input gives the same bytes (spec package §4.1). */
export async function hartHeaderFor(digest: string, key: Key<"origin-secret">): Promise<string> {
  return printHartHeader({ signer: key, signature: await signMessage(digest, key) })
}

/** A text made into a HART document, as FILES is. */
export async function sealText(text: string, key: Key<"origin-secret">): Promise<string> {
  return (await hartHeaderFor(await hashBytes(text), key)) + text
}

type SealRequest = Readonly<{
  /** The payload's file; it is read twice when `digest` is not given. */
  source: string
  destination: string
  key: Key<"origin-secret">
  /** The payload's BLAKE2b-256, when the caller knows it. */
  digest?: string
}>

/**
 * Writes `source` signed to `destination`, which appears whole or not at all (mode 0644). What the payload is, is not
 * looked at. Failures of the file system pass through.
 */
export async function sealFile({ files }: { files: FileSystem }, request: SealRequest): Promise<void> {
  const digest = request.digest ?? (await digestFrom({ files }, request.source, 0))
  const header = await hartHeaderFor(digest, request.key)
  const temporary = `${request.destination}.unfinished`
  files.removeTree(temporary)
  try {
    const writer = files.createExclusively(temporary, ARTIFACT_MODE)
    try {
      writer.write(Buffer.from(header))
      for (const chunk of files.readChunks(request.source)) writer.write(chunk)
      writer.sync()
    } finally {
      writer.close()
    }
    files.rename(temporary, request.destination)
  } catch (error) {
    files.removeTree(temporary)
    throw error
  }
  files.sync(request.destination.slice(0, request.destination.lastIndexOf("/")) || "/")
}

export type VerifiedHart = Readonly<{
  header: HartHeader
  /** BLAKE2b-256 of the payload, in lower-case hex. */
  digest: string
}>

type Reading = Readonly<{ files: Pick<FileSystem, "digestAside" | "readChunks"> }>

/**
 * Checks header, signature and content against the signer's public key from the cache. Throws what `readHartHeader` and
 * `verifyContent` throw (spec package §4.1).
 */
export async function verifyHart(
  { files }: Reading,
  keys: Pick<KeyCache, "read">,
  path: string,
): Promise<VerifiedHart> {
  const header = readHartHeader({ files }, path)
  return { header, digest: await verifyContent({ files }, keys, path, header) }
}

/**
 * Checks signature and content of a file whose header was read, and gives the payload's BLAKE2b-256. Throws, in this
 * order, KEY_NOT_FOUND, KEY_INVALID, HART_SIGNATURE_WRONG, HART_DIGEST_UNREADABLE and HART_CONTENT_CHANGED.
 */
export async function verifyContent(
  { files }: Reading,
  keys: Pick<KeyCache, "read">,
  path: string,
  header: HartHeader,
): Promise<string> {
  const signer = stringifyNamedRevision(header.signer)
  const signed = openSigned(header.signature, keys.read("origin-public", header.signer))
  if (signed === undefined) {
    throw new HabError("HART_SIGNATURE_WRONG", `${path} was not signed by the key it names, ${signer}`, {
      hint: `do not use this file; if you trust it, check whether ${signer}.pub is the right key`,
    })
  }
  const expected = Buffer.from(signed).toString("latin1").toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(expected)) {
    throw new HabError("HART_DIGEST_UNREADABLE", `${path}: what ${signer} signed is not a BLAKE2b hash`, {
      hint: "the file was not made by hab: build it again",
    })
  }
  const digest = await digestFrom({ files }, path, header.length)
  if (digest === expected) return digest
  throw new HabError("HART_CONTENT_CHANGED", `${path} was changed after signing: hash ${digest}, signed ${expected}`, {
    hint: "do not use this file; build or download it again",
  })
}

/** BLAKE2b-256 of a file without its first `skip` bytes. */
async function digestFrom(
  { files }: { files: Pick<FileSystem, "digestAside" | "readChunks"> },
  path: string,
  skip: number,
): Promise<string> {
  const digest = await files.digestAside(path, skip)
  if (digest !== undefined) return digest
  const hasher = await createHasher()
  let toSkip = skip
  for (const chunk of files.readChunks(path)) {
    hasher.update(chunk.subarray(Math.min(toSkip, chunk.length)))
    toSkip = Math.max(0, toSkip - chunk.length)
  }
  return hasher.digest()
}
