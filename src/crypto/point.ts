import { Buffer } from "node:buffer"

/** The encodings of points of a small order, their signs left out: whoever has such a key has signed everything. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
/** From here on a number is written twice: it is one of those below, plus the prime of the curve. */
const PRIME = 2n ** 255n - 19n

/** Whether libsodium takes 32 bytes for a point of Ed25519's curve: written in the one way there is, and of a large order. */
export function isUsablePoint(bytes: Uint8Array): boolean {
  const unsigned = Buffer.from(bytes)
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f
  const text = unsigned.toString("hex")
  return !SMALL_ORDER.includes(text) && BigInt(`0x${unsigned.reverse().toString("hex")}`) < PRIME
}
