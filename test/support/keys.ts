import type { OriginKeyPair } from "../../src/crypto/origin-keys.ts"
import { loadSodium } from "../../src/crypto/sodium.ts"

/** A signing pair that is the same at every run; another `seed` gives another pair. */
export async function testKeys(name = "acme", seed = 1): Promise<OriginKeyPair> {
  const sodium = await loadSodium()
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(new Uint8Array(32).fill(seed))
  const named = { name, revision: "20240102030405" }
  return {
    public: { kind: "origin-public", ...named, bytes: publicKey },
    secret: { kind: "origin-secret", ...named, bytes: privateKey },
  }
}
