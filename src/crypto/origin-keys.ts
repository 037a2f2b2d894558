import { HabError } from "../base/errors.ts"
import { formatStamp } from "../base/timestamp.ts"
import type { Clock } from "../ports/clock.ts"
import { type Key, type KeyKind, parseKeyOf, printKey } from "./key.ts"
import { type KeyCache, writeKeyPair } from "./key-cache.ts"
import { loadSodium } from "./sodium.ts"

const ORIGIN = /^[a-z0-9][a-z0-9_-]{0,254}$/
const SEED_BYTES = 32

/** True for names a key can be made for: lower case, at most 255 characters (spec package §1.1). */
export function isValidOrigin(text: string): boolean {
  return ORIGIN.test(text)
}

/** The same as an error: ORIGIN_INVALID. */
export function requireValidOrigin(text: string): void {
  if (isValidOrigin(text)) return
  throw new HabError("ORIGIN_INVALID", `'${text}' is not an origin name`, {
    hint: "origins start with a lower-case letter or digit, then letters, digits, - and _, at most 255 in all",
  })
}

export type OriginKeyPair = Readonly<{ public: Key<"origin-public">; secret: Key<"origin-secret"> }>

type Random = Readonly<{ clock: Pick<Clock, "now">; randomBytes: (length: number) => Uint8Array }>

/** Makes a signing pair for an origin and adds it to the key cache. Throws ORIGIN_INVALID and KEY_EXISTS. */
export async function generateOriginKeys(
  { clock, randomBytes }: Random,
  cache: KeyCache,
  origin: string,
): Promise<OriginKeyPair> {
  requireValidOrigin(origin)
  const sodium = await loadSodium()
  const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(randomBytes(SEED_BYTES))
  const named = { name: origin, revision: formatStamp(clock.now()) }
  const pair: OriginKeyPair = {
    public: { kind: "origin-public", ...named, bytes: publicKey },
    secret: { kind: "origin-secret", ...named, bytes: privateKey },
  }
  await writeKeyPair(cache, pair)
  return pair
}

/** The text of an origin's latest public or secret key, without a final line feed. Throws KEY_NOT_FOUND. */
export function exportOriginKey(cache: KeyCache, origin: string, type: "public" | "secret"): string {
  return printKey(cache.latest(`origin-${type}`, origin))
}

/** Adds a public or secret origin key given as text. Throws KEY_INVALID and KEY_EXISTS. */
export function importOriginKey(cache: KeyCache, text: string): Promise<Key<"origin-public" | "origin-secret">> {
  return importKey(cache, ["origin-public", "origin-secret"], text)
}

/** Adds a key of one of these kinds given as text. Throws KEY_INVALID and KEY_EXISTS. */
export async function importKey<K extends KeyKind>(
  cache: KeyCache,
  kinds: readonly K[],
  text: string,
): Promise<Key<K>> {
  const key = parseKeyOf(kinds, text.trim(), "the key given")
  await cache.write(key)
  return key
}
