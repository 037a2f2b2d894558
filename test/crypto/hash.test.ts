import { describe, expect, it } from "vitest"
import { createHasher, hashBytes, hashFile } from "../../src/crypto/hash.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

describe("BLAKE2b-256", () => {
  it.each([
    ["foo\n", "20590a52c4f00588c500328b16d466c982a26fabaa5fa4dcc83052dd0a84f233"],
    ["supercalifragilisticexpialadocious", "2ca8ebafca7e189de2a36125b92a1db20f393d1e2708f5daa55e51cf05114437"],
    [
      Uint8Array.from({ length: 10 }, (_, at) => at),
      "8b57a796a5d07cb04cc1614dfc2acb3f73edc712d7f433619ca3bbe66bb15f49",
    ],
    ["", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"],
  ])("of %j is known", async (content, digest) => {
    expect(await hashBytes(content)).toBe(digest)
  })

  it("is the same over parts and over files", async () => {
    const text = "0123456789".repeat(20_000)
    const hasher = await createHasher()
    for (let at = 0; at < text.length; at += 777) hasher.update(Buffer.from(text.slice(at, at + 777)))
    const digest = hasher.digest()
    expect(digest).toBe(await hashBytes(text))
    expect(await hashFile({ files: memoryFileSystem({ "/f": text }) }, "/f")).toBe(digest)
  })
})
