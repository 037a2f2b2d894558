import { Buffer } from "node:buffer"
import { createPublicKey, verify } from "node:crypto"
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
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_START, key.bytes]), format: "der", type: "spki" })
  const message = signed.subarray(SIGNATURE_BYTES)
  return verify(null, message, publicKey, signed.subarray(0, SIGNATURE_BYTES)) ? message : undefined
}
