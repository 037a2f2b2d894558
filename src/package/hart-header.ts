import { Buffer } from "node:buffer"
import { HabError } from "../base/errors.ts"
import { decodeBase64, encodeBase64 } from "../crypto/base64.ts"
import { type NamedRevision, parseNamedRevision, stringifyNamedRevision } from "../crypto/named-revision.ts"
import type { FileSystem } from "../ports/file-system.ts"

export const HART_FORMAT = "HART-1"
export const HART_HASH_TYPE = "BLAKE2b"

/** Longer headers are damage: a true one has a few hundred bytes. */
const HEADER_BYTES_MAX = 64 * 1024

/** What stands before the payload (spec package §4.1). */
export type HartHeader = Readonly<{
  /** The key it was signed with. */
  signer: NamedRevision
  /** Ed25519 signature and signed text, in libsodium's combined form. */
  signature: Uint8Array
  /** The signature as it is written. */
  signatureText: string
  /** Bytes before the payload. */
  length: number
}>

/** The header's exact bytes. */
export function printHartHeader(header: Pick<HartHeader, "signer" | "signature">): string {
  const lines = [HART_FORMAT, stringifyNamedRevision(header.signer), HART_HASH_TYPE, encodeBase64(header.signature), ""]
  return lines.map((line) => `${line}\n`).join("")
}

/**
 * Reads a header from the first bytes of a file. Lines are trimmed, so CRLF passes. `where` names the file in messages.
 * Throws HART_FORMAT_UNSUPPORTED, HART_SIGNER_INVALID, HART_HASH_TYPE_UNSUPPORTED, HART_SIGNATURE_UNREADABLE and
 * HART_HEADER_UNTERMINATED, in this order (spec package §4.1, errors 1 to 5).
 */
export function parseHartHeader(start: Uint8Array, where: string): HartHeader {
  const lines = headerLines(start)
  const [format, signerLine, hashType, signatureText, delimiter] = lines.texts
  if (format !== HART_FORMAT) {
    const why = format === undefined ? "it is empty" : `its first line is not ${HART_FORMAT} but ${shown(format)}`
    throw new HabError("HART_FORMAT_UNSUPPORTED", `${where} is not an artifact: ${why}`, {
      hint: "give a .hart file made by 'hab pkg build' or downloaded from a depot",
    })
  }
  const signer = parseNamedRevision(signerLine ?? "")
  if (signer === undefined) {
    const why =
      signerLine === undefined ? "the line with the key's name is missing" : `${shown(signerLine)} is no key name`
    throw damagedHeader("HART_SIGNER_INVALID", where, `${why} (a name, - and 14 digits are expected)`)
  }
  if (hashType !== HART_HASH_TYPE) {
    const why =
      hashType === undefined ? "the line with the hash type is missing" : `${shown(hashType)} is no known hash type`
    throw damagedHeader("HART_HASH_TYPE_UNSUPPORTED", where, `${why} (${HART_HASH_TYPE} is expected)`)
  }
  const signature = signatureText === undefined ? undefined : decodeBase64(signatureText)
  if (signatureText === undefined || signature === undefined) {
    const why = signatureText === undefined ? "the signature is missing" : "the signature is not valid base64"
    throw damagedHeader("HART_SIGNATURE_UNREADABLE", where, why)
  }
  if (delimiter !== "") {
    const why =
      delimiter === undefined ? "the header does not end" : `an empty line is expected and not ${shown(delimiter)}`
    throw damagedHeader("HART_HEADER_UNTERMINATED", where, why)
  }
  return { signer, signature, signatureText, length: lines.length }
}

/** Reads the header of a file. Throws as `parseHartHeader` does. */
export function readHartHeader({ files }: { files: Pick<FileSystem, "readChunks"> }, path: string): HartHeader {
  let start: Uint8Array = new Uint8Array()
  for (const chunk of files.readChunks(path)) {
    start = Buffer.concat([start, chunk])
    if (start.length >= HEADER_BYTES_MAX) break
  }
  return parseHartHeader(start.subarray(0, HEADER_BYTES_MAX), path)
}

/** The first five lines, as far as they are there, and the bytes they take. */
function headerLines(start: Uint8Array): { texts: string[]; length: number } {
  const texts: string[] = []
  let length = 0
  while (texts.length < 5 && length < start.length) {
    const end = start.indexOf(10, length)
    const stop = end < 0 ? start.length : end
    texts.push(Buffer.from(start.subarray(length, stop)).toString("latin1").trim())
    length = end < 0 ? stop : stop + 1
  }
  return { texts, length }
}

/** A line that may hold anything, fit for a message. */
function shown(line: string): string {
  const printable = line.replace(/[^\x20-\x7e]/g, "?")
  return `'${printable.length > 60 ? `${printable.slice(0, 60)}…` : printable}'`
}

function damagedHeader(code: ConstructorParameters<typeof HabError>[0], where: string, why: string): HabError {
  return new HabError(code, `the header of ${where} is damaged: ${why}`, {
    hint: "the file is incomplete or was changed: build or download it again",
  })
}
