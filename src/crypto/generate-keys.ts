import { HabError } from "../base/errors.ts"
import { formatStamp } from "../base/timestamp.ts"
import type { Clock } from "../ports/clock.ts"
import type { Key } from "./key.ts"
import { type KeyCache, writeKeyPair } from "./key-cache.ts"
import type { NamedRevision } from "./named-revision.ts"
import { loadSodium } from "./sodium.ts"

const SEED_BYTES = 32
const RING_BYTES = 32
const NAME = /^[^\s/]{1,200}$/

type Random = Readonly<{ clock: Pick<Clock, "now">; randomBytes: (length: number) => Uint8Array }>

export type BoxKeyPair = Readonly<{ public: Key<"box-public">; secret: Key<"box-secret"> }>

/**
 * Makes the encryption pair of a user, or of a service (`web.default@acme`), and adds it to the key cache (spec package
 * §7.4). Throws KEY_NAME_INVALID and KEY_EXISTS.
 */
export async function generateBoxKeys(random: Random, cache: KeyCache, name: string): Promise<BoxKeyPair> {
  const named = nameNow(random, name)
  const sodium = await loadSodium()
  const { publicKey, privateKey } = sodium.crypto_box_seed_keypair(random.randomBytes(SEED_BYTES))
  const pair: BoxKeyPair = {
    public: { kind: "box-public", ...named, bytes: publicKey },
    secret: { kind: "box-secret", ...named, bytes: privateKey },
  }
  await writeKeyPair(cache, pair)
  return pair
}

/** Makes the key that the members of a ring share. Throws KEY_NAME_INVALID and KEY_EXISTS. */
export async function generateRingKey(random: Random, cache: KeyCache, name: string): Promise<Key<"ring">> {
  const key: Key<"ring"> = { kind: "ring", ...nameNow(random, name), bytes: random.randomBytes(RING_BYTES) }
  await cache.write(key)
  return key
}

function nameNow({ clock }: Random, name: string): NamedRevision {
  if (NAME.test(name)) return { name, revision: formatStamp(clock.now()) }
  throw new HabError("KEY_NAME_INVALID", `'${name}' cannot name a key`, {
    hint: "a key's name becomes a file name: no spaces and no slashes, at most 200 characters",
  })
}
