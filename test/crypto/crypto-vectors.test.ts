import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { hashFile } from "../../src/crypto/hash.ts"
import { type KeyKind, parseKey, printKey } from "../../src/crypto/key.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { hasShared, sharedPath } from "../support/shared.ts"

describe.skipIf(!hasShared)("the reference's keys and hashes", () => {
  it.each([
    ["signme.dat", "20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233"],
    [
      "happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart",
      "74d368d3642721b5045929845f6a1146fad50c7ecab7ab547603965e45a29a82",
    ],
    ["happyhumans-20160424223347.sig.key", "e966844bbc50b7a3a6d81e94dd38e27b92814b944095a8e55f1780921bfcfbe1"],
    ["happyhumans-20160424223347.pub", "b80c4f412f9a0a7727b6e6f115e1b5fa3bae79ad2fcf47f769ed4e42cfb12265"],
  ])("%s has its known hash", async (file, digest) => {
    expect(await hashFile({ files: systemFiles }, sharedPath(`vectors/${file}`))).toBe(digest)
  })

  it.each([
    ["origin-public", "happyhumans-20160424223347.pub"],
    ["origin-secret", "happyhumans-20160424223347.sig.key"],
    ["origin-public", "origin-key-valid-20160509190508.pub"],
    ["origin-secret", "origin-key-valid-20160509190508.sig.key"],
    ["ring", "ring-key-valid-20160504220722.sym.key"],
  ] as const)("the %s key %s prints back to its own bytes", (kind: KeyKind, file) => {
    const text = readFileSync(sharedPath(`vectors/${file}`), "utf8")
    expect(printKey(parseKey(kind, text, file))).toBe(text)
  })

  it("a key with another version line is refused", () => {
    const file = "origin-key-invalid-version-20160518021451.pub"
    const text = readFileSync(sharedPath(`vectors/${file}`), "utf8")
    expect(() => parseKey("origin-public", text, file)).toThrowError(/its version is 'NONSENSE-12'/)
  })
})
