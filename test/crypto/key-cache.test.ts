import { describe, expect, it } from "vitest"
import type { Key } from "../../src/crypto/key.ts"
import { createKeyCache, writeKeyPair } from "../../src/crypto/key-cache.ts"
import { failing } from "../support/failure.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const key = <K extends Key["kind"]>(kind: K, name: string, revision: string, byte = 7): Key<K> => ({
  kind,
  name,
  revision,
  bytes: Buffer.alloc(kind === "origin-secret" ? 64 : 32, byte),
})
describe("the key cache", () => {
  it("writes keys with their modes, and the same key again without a change", async () => {
    const files = memoryFileSystem()
    const cache = createKeyCache({ files }, "/cache/keys")
    const pair = {
      public: key("origin-public", "acme", "20240102030405"),
      secret: key("origin-secret", "acme", "20240102030405"),
    }
    await writeKeyPair(cache, pair)
    expect(files.stat("/cache/keys/acme-20240102030405.pub")?.mode).toBe(0o444)
    expect(files.stat("/cache/keys/acme-20240102030405.sig.key")?.mode).toBe(0o400)
    const before = files.snapshot()
    expect(await cache.write(pair.public)).toBe("unchanged")
    expect(files.snapshot()).toEqual(before)
    expect(cache.read("origin-secret", pair.secret).bytes).toEqual(pair.secret.bytes)
  })

  it("never overwrites a key with another one", async () => {
    const files = memoryFileSystem()
    const cache = createKeyCache({ files }, "/keys")
    await cache.write(key("origin-public", "acme", "20240102030405", 1))
    const before = files.snapshot()
    await expect(cache.write(key("origin-public", "acme", "20240102030405", 2))).rejects.toThrowError(
      failing("KEY_EXISTS", /BLAKE2b [0-9a-f]{64}, and [0-9a-f]{64}/),
    )
    expect(files.snapshot()).toEqual(before)
  })

  it("takes the latest of exactly the name asked for", async () => {
    const cache = createKeyCache({ files: memoryFileSystem() }, "/keys")
    for (const revision of ["20240102030405", "20231231235959"])
      await cache.write(key("origin-public", "foo", revision))
    await cache.write(key("origin-public", "foo-bar", "20990101000000"))
    await cache.write(key("origin-secret", "foo", "20990101000000"))
    expect(cache.latest("origin-public", "foo").revision).toBe("20240102030405")
    expect(cache.revisions("origin-public", "foo").map(({ revision }) => revision)).toEqual([
      "20231231235959",
      "20240102030405",
    ])
  })

  it("follows symlinked key files", async () => {
    const files = memoryFileSystem()
    await createKeyCache({ files }, "/elsewhere").write(key("ring", "blue", "20240102030405"))
    files.makeDirectories("/keys")
    files.symlink("/elsewhere/blue-20240102030405.sym.key", "/keys/blue-20240102030405.sym.key")
    expect(createKeyCache({ files }, "/keys").latest("ring", "blue").name).toBe("blue")
  })

  it("says which key is missing, where, and how to get it", () => {
    const cache = createKeyCache({ files: memoryFileSystem() }, "/keys")
    expect(() => cache.latest("origin-secret", "acme")).toThrowError(
      expect.objectContaining({
        code: "KEY_NOT_FOUND",
        message: expect.stringMatching(/no revision of 'acme' is in \/keys/),
        hint: "make one: hab origin key generate acme",
      }),
    )
    expect(() => cache.read("origin-public", { name: "acme", revision: "20240102030405" })).toThrowError(
      failing("KEY_NOT_FOUND", /there is no \/keys\/acme-20240102030405\.pub/),
    )
  })

  it("refuses a file that names another key than its own name, or is of another kind", async () => {
    const files = memoryFileSystem()
    const cache = createKeyCache({ files }, "/keys")
    await cache.write(key("origin-public", "acme", "20240102030405"))
    files.copyFile("/keys/acme-20240102030405.pub", "/keys/evil-20240102030405.pub")
    expect(() => cache.latest("origin-public", "evil")).toThrowError(failing("KEY_INVALID", /'acme-20240102030405'/))
    expect(() => cache.latest("box-public", "acme")).toThrowError(failing("KEY_INVALID", /'BOX-PUB-1' is expected/))
  })
})
