import { describe, expect, it } from "vitest"
import { printKey } from "../../src/crypto/key.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { exportOriginKey, generateOriginKeys, importOriginKey, isValidOrigin } from "../../src/crypto/origin-keys.ts"
import { openSigned, signMessage } from "../../src/crypto/signature.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const clock = fakeClock(Date.UTC(2024, 0, 2, 3, 4, 5))
const randomBytes = (length: number) => new Uint8Array(length).fill(1)
const emptyCache = () => createKeyCache({ files: memoryFileSystem() }, "/keys")

describe("origins", () => {
  it.each(["acme", "foo_bar", "foo-bar", "0xdead", "a".repeat(255)])("may be called %s", (text) => {
    expect(isValidOrigin(text)).toBe(true)
  })

  it.each(["Core", " foo", "foo ", "!foo", "foo bar", "", "-foo", "_foo", "a".repeat(256), "foo\n"])(
    "may not be called %j",
    async (text) => {
      expect(isValidOrigin(text)).toBe(false)
      await expect(generateOriginKeys({ clock, randomBytes }, emptyCache(), text)).rejects.toThrowError(
        expect.objectContaining({ code: "ORIGIN_INVALID" }),
      )
    },
  )
})

describe("origin keys", () => {
  it("are named after the moment they were made, and the secret one holds the public one", async () => {
    const cache = emptyCache()
    const pair = await generateOriginKeys({ clock, randomBytes }, cache, "acme")
    expect(pair.public.revision).toBe("20240102030405")
    expect(pair.secret.bytes.subarray(32)).toEqual(pair.public.bytes)
    expect(cache.latest("origin-secret", "acme").bytes).toEqual(Buffer.from(pair.secret.bytes))
  })

  it("leave and enter a cache as text", async () => {
    const [here, there] = [emptyCache(), emptyCache()]
    const pair = await generateOriginKeys({ clock, randomBytes }, here, "acme")
    expect(exportOriginKey(here, "acme", "public")).toBe(printKey(pair.public))
    await importOriginKey(there, `${exportOriginKey(here, "acme", "public")}\n`)
    await importOriginKey(there, exportOriginKey(here, "acme", "secret"))
    expect(exportOriginKey(there, "acme", "secret")).toBe(printKey(pair.secret))
    await expect(importOriginKey(there, "SYM-SEC-1\nx")).rejects.toThrowError(/SIG-PUB-1 or SIG-SEC-1 is expected/)
    expect(() => exportOriginKey(there, "other", "public")).toThrowError(/'other'/)
  })

  it("sign so that only the public key of the pair opens it, unchanged", async () => {
    const pair = await generateOriginKeys({ clock, randomBytes }, emptyCache(), "acme")
    const other = await generateOriginKeys(
      { clock, randomBytes: (n) => new Uint8Array(n).fill(2) },
      emptyCache(),
      "acme",
    )
    const signed = await signMessage("hello", pair.secret)
    expect(signed).toHaveLength(64 + 5)
    expect(await signMessage("hello", pair.secret)).toEqual(signed)
    expect(Buffer.from(openSigned(signed, pair.public) ?? []).toString()).toBe("hello")
    expect(openSigned(signed, other.public)).toBeUndefined()
    expect(
      openSigned(
        Uint8Array.from(signed, (byte, at) => (at === 65 ? byte ^ 1 : byte)),
        pair.public,
      ),
    ).toBeUndefined()
    expect(openSigned(new Uint8Array(10), pair.public)).toBeUndefined()
    const smallOrder = { ...pair.public, bytes: new Uint8Array(32).fill(0) }
    expect(openSigned(signed, smallOrder)).toBeUndefined()
  })
})
