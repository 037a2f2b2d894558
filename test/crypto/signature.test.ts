import { Buffer } from "node:buffer"
import fc from "fast-check"
import sodium from "libsodium-wrappers"
import { beforeAll, describe, expect, it } from "vitest"
import type { Key } from "../../src/crypto/key.ts"
import { openSigned } from "../../src/crypto/signature.ts"

const SMALL_ORDER_OR_WRITTEN_TWICE = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
/** The order of the group: a signature with it added to its second half is another one that some programs take. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

const publicKey = (bytes: Uint8Array): Key<"origin-public"> => ({
  kind: "origin-public",
  name: "acme",
  revision: "20240102030405",
  bytes,
})

function accordingToSodium(signed: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    return sodium.crypto_sign_open(signed, key)
  } catch {
    return undefined
  }
}

function agree(signed: Uint8Array, key: Uint8Array): void {
  const [ours, theirs] = [openSigned(signed, publicKey(key)), accordingToSodium(signed, key)]
  expect(ours === undefined ? undefined : Buffer.from(ours)).toEqual(
    theirs === undefined ? undefined : Buffer.from(theirs),
  )
}

describe("opening what was signed agrees with libsodium", () => {
  let pair: { publicKey: Uint8Array; privateKey: Uint8Array }
  let signed: Uint8Array
  beforeAll(async () => {
    await sodium.ready
    pair = sodium.crypto_sign_seed_keypair(new Uint8Array(32).fill(7))
    signed = sodium.crypto_sign("a message", pair.privateKey)
  })

  it("about whatever was changed, in the signature, the message or the key", () => {
    agree(signed, pair.publicKey)
    fc.assert(
      fc.property(fc.nat(signed.length + 31), fc.integer({ min: 0, max: 255 }), (at, mask) => {
        const both = Buffer.concat([pair.publicKey, signed])
        both[at] = (both[at] ?? 0) ^ mask
        agree(both.subarray(32), both.subarray(0, 32))
      }),
      { seed: 1, numRuns: 300 },
    )
    for (const length of [0, 10, 63, 64, 70]) agree(signed.subarray(0, length), pair.publicKey)
  })

  it("about points of a small order and other ways to write a number, as keys and in signatures, with either sign", () => {
    for (const text of SMALL_ORDER_OR_WRITTEN_TWICE) {
      for (const sign of [0, 0x80]) {
        const point = Buffer.from(text, "hex")
        point[31] = (point[31] ?? 0) | sign
        // The second half is zero: with such a key that is the signature of everything.
        const forged = Buffer.concat([point, Buffer.alloc(32), Buffer.from("anything")])
        agree(forged, point)
        agree(forged, pair.publicKey)
        agree(signed, point)
      }
    }
  })

  it("about a second half beyond the order of the group", () => {
    const half = BigInt(`0x${Buffer.from(signed.subarray(32, 64)).reverse().toString("hex")}`)
    const other = Buffer.from((half + ORDER).toString(16).padStart(64, "0"), "hex").reverse()
    agree(Buffer.concat([signed.subarray(0, 32), other, signed.subarray(64)]), pair.publicKey)
  })
})
