import { Buffer } from "node:buffer"
import { createPublicKey, type KeyObject, verify } from "node:crypto"
import type { Key } from "./key.ts"
import { isUsablePoint } from "./point.ts"
import { loadSodium } from "./sodium.ts"

const SIGNATURE_BYTES = 64
const POINT_BYTES = 32
/** An Ed25519 public key in DER (RFC 8410), but for the key. */
const SPKI_START = Buffer.from("302a300506032b6570032100", "hex")

/** The message with its Ed25519 signature in front (libsodium's combined form). The same input gives the same bytes. */
export async function signMessage(message: Uint8Array | string, key: Key<"origin-secret">): Promise<Uint8Array> {
  const sodium = await loadSodium()
  return sodium.crypto_sign(message, key.bytes)
}

/**
 * The message inside a combined signature, or undefined when this key did not sign it. Through Node, which need not be
 * loaded as libsodium must; what libsodium refuses beyond that is refused here too.
 */
export function openSigned(signed: Uint8Array, key: Key<"origin-public">): Uint8Array | undefined {
  if (signed.length < SIGNATURE_BYTES) return undefined
  if (!isUsablePoint(key.bytes) || !isUsablePoint(signed.subarray(0, POINT_BYTES))) return undefined
  const message = signed.subarray(SIGNATURE_BYTES)
  return verify(null, message, publicKeyOf(key), signed.subarray(0, SIGNATURE_BYTES)) ? message : undefined
}

let last: Readonly<{ bytes: Buffer; publicKey: KeyObject }> | undefined

/** The key as Node wants it. Making that takes as long as verifying, and most that is verified in a row has one signer. */
function publicKeyOf({ bytes }: Key<"origin-public">): KeyObject {
  if (last?.bytes.equals(bytes)) return last.publicKey
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_START, bytes]), format: "der", type: "spki" })
  last = { bytes: Buffer.from(bytes), publicKey }
  return publicKey
}
