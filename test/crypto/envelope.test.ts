import { describe, expect, it } from "vitest"
import {
  openEnvelope,
  openFromRing,
  parseEnvelope,
  sealAnonymously,
  sealBox,
  sealForRing,
} from "../../src/crypto/envelope.ts"
import { generateBoxKeys, generateRingKey } from "../../src/crypto/generate-keys.ts"
import { parseKey } from "../../src/crypto/key.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

async function world() {
  let seed = 0
  const random = { clock: fakeClock(), randomBytes: (length: number) => new Uint8Array(length).fill(++seed) }
  const keys = createKeyCache({ files: memoryFileSystem() }, "/keys")
  const user = await generateBoxKeys(random, keys, "alice")
  const service = await generateBoxKeys(random, keys, "web.default@acme")
  const ring = await generateRingKey(random, keys, "ring")
  return { random, keys, user, service, ring, nonce: new Uint8Array(24).fill(9) }
}

describe("a box", () => {
  it("is the lines Habitat writes, and opens for its recipient", async () => {
    const { keys, user, service, nonce } = await world()
    const sealed = await sealBox({ message: "port = 81", sender: user.secret, recipient: service.public, nonce })
    expect(sealed).toMatch(
      /^BOX-1\nalice-\d{14}\nweb\.default@acme-\d{14}\nCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ\n[A-Za-z0-9+/=]+$/,
    )
    expect(text(await openEnvelope(parseEnvelope(sealed, "it"), keys))).toBe("port = 81")
    expect(text(await openEnvelope(parseEnvelope(sealed.replaceAll("\n", "\r\n"), "it"), keys))).toBe("port = 81")
  })

  it("encrypts as NaCl does", async () => {
    const box = (kind: "box-public" | "box-secret", bytes: Uint8Array) =>
      ({ kind, name: "x", revision: "20240101000000", bytes }) as never
    const sealed = await sealBox({
      message: hex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129"),
      sender: box("box-secret", hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")),
      recipient: box("box-public", hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")),
      nonce: hex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37"),
    })
    expect(
      Buffer.from(sealed.split("\n")[4] ?? "", "base64")
        .subarray(16, 48)
        .toString("hex"),
    ).toBe("8e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a")
  })

  it("of nobody opens for its recipient alone", async () => {
    const { random, keys, service } = await world()
    const sealed = await sealAnonymously("secret", service.public)
    expect(sealed).toMatch(/^ANONYMOUS-BOX-1\nweb\.default@acme-\d{14}\n[A-Za-z0-9+/=]+$/)
    expect(text(await openEnvelope(parseEnvelope(sealed, "it"), keys))).toBe("secret")
    const other = createKeyCache({ files: memoryFileSystem() }, "/keys")
    await expect(openEnvelope(parseEnvelope(sealed, "it"), other)).rejects.toMatchObject({ code: "KEY_NOT_FOUND" })
    await generateBoxKeys(random, other, "web.default@acme")
    await expect(openEnvelope(parseEnvelope(sealed, "it"), other)).rejects.toMatchObject({ code: "ENVELOPE_REFUSED" })
  })

  it("that was changed is refused", async () => {
    const { keys, user, service, nonce } = await world()
    const sealed = await sealBox({ message: "port = 81", sender: user.secret, recipient: service.public, nonce })
    const lines = sealed.split("\n")
    const bytes = Buffer.from(lines[4] ?? "", "base64")
    bytes[3] = (bytes[3] ?? 0) ^ 1
    const changed = [...lines.slice(0, 4), bytes.toString("base64")].join("\n")
    await expect(openEnvelope(parseEnvelope(changed, "it"), keys)).rejects.toMatchObject({ code: "ENVELOPE_REFUSED" })
  })

  it.each([
    ["", "neither BOX-1 nor"],
    ["BOX-2\na-20240101000000", "neither BOX-1 nor"],
    ["BOX-1\nalice", "does not name a key"],
    ["BOX-1\na-20240101000000\nb-20240101000000\nAAAA\nAAAA", "its nonce is damaged"],
    [`BOX-1\na-20240101000000\nb-20240101000000\n${"A".repeat(32)}\n%`, "its content is damaged"],
    ["ANONYMOUS-BOX-1\na-20240101000000\nAAAA", "its content is damaged"],
    ["ANONYMOUS-BOX-1\na-20240101000000", "its content is damaged"],
  ])("is refused when it reads %j", (sealed, why) => {
    expect(() => parseEnvelope(sealed, "it")).toThrow(why)
  })
})

describe("a message of a ring", () => {
  it("opens for its members", async () => {
    const { ring, nonce } = await world()
    const message = await sealForRing("This is a test", ring, nonce)
    expect(message.ciphertext).toHaveLength(30)
    expect(text(await openFromRing(message, ring))).toBe("This is a test")
    const other = { ...ring, bytes: new Uint8Array(32) }
    await expect(openFromRing(message, other)).rejects.toMatchObject({ code: "ENVELOPE_REFUSED" })
  })
})

describe("names of keys", () => {
  it("become file names", async () => {
    const { random, keys } = await world()
    for (const name of ["", "a b", "../a", "a".repeat(201)]) {
      await expect(generateRingKey(random, keys, name)).rejects.toMatchObject({ code: "KEY_NAME_INVALID" })
      await expect(generateBoxKeys(random, keys, name)).rejects.toMatchObject({ code: "KEY_NAME_INVALID" })
    }
  })

  it("find their key again, of the right kind", async () => {
    const { keys, user } = await world()
    expect(Buffer.from(keys.latest("box-secret", "alice").bytes)).toEqual(Buffer.from(user.secret.bytes))
    expect(() => keys.latest("origin-public", "alice")).toThrow("BOX-PUB-1")
    expect(() => keys.latest("ring", "other")).toThrow("ring")
    expect(() => parseKey("ring", "SYM-SEC-1\nr-20240101000000\n\nAAAA", "it")).toThrow("32 are expected")
  })
})
