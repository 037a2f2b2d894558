import { beforeAll, describe, expect, it } from "vitest"
import { hashBytes } from "../../src/crypto/hash.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import type { OriginKeyPair } from "../../src/crypto/origin-keys.ts"
import { signMessage } from "../../src/crypto/signature.ts"
import { hartHeaderFor, sealFile, sealText, verifyHart } from "../../src/package/hart.ts"
import { parseHartHeader, printHartHeader } from "../../src/package/hart-header.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { failing } from "../support/failure.ts"
import { testKeys } from "../support/keys.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const SIGNATURE = Buffer.alloc(128, 1).toString("base64")
const GOOD = ["HART-1", "acme-20240102030405", "BLAKE2b", SIGNATURE, ""]
const header = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""))
const changed = (at: number, line: string) => header(GOOD.map((good, index) => (index === at ? line : good)))
describe("the header of an artifact", () => {
  it("has five lines, after which the payload begins", () => {
    const parsed = parseHartHeader(Buffer.concat([header(GOOD), Buffer.from("payload\n")]), "x.hart")
    expect(parsed.signer).toEqual({ name: "acme", revision: "20240102030405" })
    expect(parsed.signature).toHaveLength(128)
    expect(parsed.length).toBe(header(GOOD).length)
    expect(printHartHeader(parsed)).toBe(header(GOOD).toString())
  })

  it("may have carriage returns", () => {
    const parsed = parseHartHeader(Buffer.from(GOOD.map((line) => `${line}\r\n`).join("")), "x.hart")
    expect(parsed.signatureText).toBe(SIGNATURE)
  })

  it.each([
    ["HART_FORMAT_UNSUPPORTED", Buffer.from(""), /x\.hart is not an artifact: it is empty/],
    ["HART_FORMAT_UNSUPPORTED", changed(0, "HART-2"), /first line is not HART-1 but 'HART-2'/],
    ["HART_FORMAT_UNSUPPORTED", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]), /'\?ELF\?'/],
    ["HART_SIGNER_INVALID", header(GOOD.slice(0, 1)), /the line with the key's name is missing/],
    [
      "HART_SIGNER_INVALID",
      changed(1, "acme-20240102030405-not-valid!"),
      /'acme-20240102030405-not-valid!' is no key name/,
    ],
    ["HART_SIGNER_INVALID", changed(1, "../x-20240102030405"), /is no key name/],
    ["HART_HASH_TYPE_UNSUPPORTED", header(GOOD.slice(0, 2)), /hash type is missing/],
    ["HART_HASH_TYPE_UNSUPPORTED", changed(2, "BLAKE3"), /'BLAKE3' is no known hash type/],
    ["HART_SIGNATURE_UNREADABLE", header(GOOD.slice(0, 3)), /the signature is missing/],
    ["HART_SIGNATURE_UNREADABLE", changed(3, "!!!"), /not valid base64/],
    ["HART_HEADER_UNTERMINATED", header(GOOD.slice(0, 4)), /the header does not end/],
    ["HART_HEADER_UNTERMINATED", changed(4, "x"), /an empty line is expected and not 'x'/],
  ])("is refused with %s", (code, bytes, message) => {
    expect(() => parseHartHeader(bytes, "x.hart")).toThrowError(failing(code, message))
  })

  it("is checked from the first line on", () => {
    expect(() => parseHartHeader(header(["HART-1", "bad", "bad", "!", "bad"]), "x")).toThrowError(
      failing("HART_SIGNER_INVALID", /'bad'/),
    )
  })
})

describe("signing and verifying", () => {
  let keys: OriginKeyPair
  beforeAll(async () => {
    keys = await testKeys()
  })

  async function sealed(payload = "payload") {
    const files = memoryFileSystem({ "/work/payload": payload })
    const cache = createKeyCache({ files }, "/keys")
    await cache.write(keys.public)
    await sealFile({ files }, { source: "/work/payload", destination: "/work/x.hart", key: keys.secret })
    return { files, cache }
  }

  it("a sealed file has exactly the format's bytes, mode 0644, and verifies", async () => {
    const { files, cache } = await sealed()
    const text = files.readText("/work/x.hart")
    const [format, signer, type, signature = "", empty, payload] = text.split("\n")
    expect([format, signer, type, empty, payload]).toEqual(["HART-1", "acme-20240102030405", "BLAKE2b", "", "payload"])
    expect(signature).toHaveLength(172)
    expect(Buffer.from(signature, "base64").subarray(64).toString()).toBe(await hashBytes("payload"))
    expect(files.stat("/work/x.hart")?.mode).toBe(0o644)
    expect(files.readDirectory("/work").map((entry) => entry.name)).toEqual(["payload", "x.hart"])
    const verified = await verifyHart({ files }, cache, "/work/x.hart")
    expect(verified.digest).toBe(await hashBytes("payload"))
    expect(await sealText("payload", keys.secret)).toBe(text)
  })

  it("at whatever call writing fails, the destination is whole or absent and nothing else is left", async () => {
    const seal = (files: FileSystem) =>
      sealFile({ files }, { source: "/work/payload", destination: "/work/x.hart", key: keys.secret })
    const whole = memoryFileSystem({ "/work/payload": "payload" })
    const before = whole.calls
    await seal(whole)
    for (let atCall = 1; atCall <= whole.calls - before; atCall++) {
      const files = memoryFileSystem({ "/work/payload": "payload" })
      files.failWith({ atCall, code: "ENOSPC" })
      await expect(seal(files)).rejects.toThrowError(failing("ENOSPC", /work/))
      const expected =
        files.stat("/work/x.hart") === undefined ? {} : { "/work/x.hart": whole.snapshot()["/work/x.hart"] }
      const { "/work": _directory, "/work/payload": _payload, ...left } = files.snapshot("/work")
      expect(left).toEqual(expected)
    }
  })

  it("a key that is not in the cache is named with its path", async () => {
    const { files } = await sealed()
    const verifying = verifyHart({ files }, createKeyCache({ files }, "/none"), "/work/x.hart")
    await expect(verifying).rejects.toThrowError(failing("KEY_NOT_FOUND", /\/none\/acme-20240102030405\.pub/))
  })

  it("an unusable key file is told from a missing one", async () => {
    const { files, cache } = await sealed()
    files.writeFile("/keys/acme-20240102030405.pub", "SIG-PUB-1\nacme-20240102030405\n\nAAAA")
    await expect(verifyHart({ files }, cache, "/work/x.hart")).rejects.toThrowError(failing("KEY_INVALID", /3 bytes/))
  })

  it("a signature by another key of the same name is refused", async () => {
    const { files, cache } = await sealed()
    const other = await testKeys("acme", 2)
    await sealFile({ files }, { source: "/work/payload", destination: "/work/x.hart", key: other.secret })
    await expect(verifyHart({ files }, cache, "/work/x.hart")).rejects.toThrowError(
      failing("HART_SIGNATURE_WRONG", /was not signed by the key it names, acme-20240102030405/),
    )
  })

  it("a signed text that is no hash is refused", async () => {
    const { files, cache } = await sealed()
    const signature = await signMessage("not a hash", keys.secret)
    files.writeFile("/work/x.hart", printHartHeader({ signer: keys.public, signature }))
    await expect(verifyHart({ files }, cache, "/work/x.hart")).rejects.toThrowError(
      failing("HART_DIGEST_UNREADABLE", /is not a BLAKE2b hash/),
    )
  })

  it.each([
    ["changed", "payloaD"],
    ["cut short", "paylo"],
    ["longer", "payload\n"],
    ["empty", ""],
  ])("content that is %s is refused with both hashes", async (_what, content) => {
    const { files, cache } = await sealed()
    files.writeFile("/work/x.hart", (await hartHeaderFor(await hashBytes("payload"), keys.secret)) + content)
    await expect(verifyHart({ files }, cache, "/work/x.hart")).rejects.toThrowError(
      failing(
        "HART_CONTENT_CHANGED",
        new RegExp(`hash ${await hashBytes(content)}, signed ${await hashBytes("payload")}`),
      ),
    )
  })

  it("content of many chunks is hashed whole, wherever the header ends", async () => {
    const { files, cache } = await sealed("0123456789abcdef".repeat(20_000))
    expect((await verifyHart({ files }, cache, "/work/x.hart")).digest).toMatch(/^[0-9a-f]{64}$/)
  })
})
