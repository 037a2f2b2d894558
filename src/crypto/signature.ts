import type { Key } from "./key.ts"
import { loadSodium } from "./sodium.ts"

/** The message with its Ed25519 signature in front (libsodium's combined form). The same input gives the same bytes. */
export async function signMessage(message: Uint8Array | string, key: Key<"origin-secret">): Promise<Uint8Array> {
  const sodium = await loadSodium()
  return sodium.crypto_sign(message, key.bytes)
}

/** The message inside a combined signature, or undefined when this key did not sign it. */
export async function openSigned(signed: Uint8Array, key: Key<"origin-public">): Promise<Uint8Array | undefined> {
  const sodium = await loadSodium()
  try {
    return sodium.crypto_sign_open(signed, key.bytes)
  } catch {
    // libsodium says no more than "incorrect signature", whatever was wrong.
    return undefined
  }
}
