import fc from "fast-check"
import { Header } from "tar/header"
import { describe, expect, it } from "vitest"
import { BLOCK_BYTES, readTarHeader } from "../../src/package/tar-header.ts"
import { fixChecksum } from "../support/tar-archive.ts"

const TYPES = ["File", "Directory", "SymbolicLink", "Link", "FIFO", "CharacterDevice", "NextFileHasLongPath"] as const
const LINE_ENDS = [10, 13]

/** What the tar library makes of a block, in our words. */
function byLibrary(block: Buffer) {
  const { nullBlock, cksumValid, type, path = "", linkpath = "", mode = 0, mtime, size } = new Header(block)
  const mtimeSeconds = Math.floor((mtime?.getTime() ?? 0) / 1000)
  return { isEmpty: nullBlock, isIntact: cksumValid, type: String(type), path, linkpath, mode, mtimeSeconds, size }
}

function orRefused<T>(read: () => T): T | "refused" {
  try {
    return read()
  } catch {
    return "refused"
  }
}

const headers = fc
  .record({
    path: fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }).filter((text) => !/[\n\r]/.test(text)),
    linkpath: fc.string({ maxLength: 90 }),
    type: fc.constantFrom(...TYPES),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    size: fc.integer({ min: 0, max: 2 ** 35 }),
    mtime: fc.integer({ min: 0, max: 2 ** 34 }).map((seconds) => new Date(seconds * 1000)),
  })
  .map((fields) => {
    const block = Buffer.alloc(BLOCK_BYTES)
    new Header({ ...fields, uid: 0, gid: 0 }).encode(block)
    return block
  })

describe("a tar header", () => {
  it("is read as the tar library reads it", () => {
    fc.assert(
      fc.property(headers, (block) => {
        expect(readTarHeader(block)).toEqual(byLibrary(block))
      }),
    )
  })

  it("is read as the tar library reads it, or refused alike, whatever was changed in it", () => {
    // The library goes on after the end of a line in what follows a name.
    const byte = fc.integer({ min: 0, max: 255 }).filter((value) => !LINE_ENDS.includes(value))
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: BLOCK_BYTES - 1 }), byte), { maxLength: 6 })
    const property = fc.property(headers, changes, fc.boolean(), (block, changed, fixed) => {
      for (const [at, value] of changed) block[at] = value
      if (fixed) fixChecksum(block)
      expect(orRefused(() => readTarHeader(block))).toEqual(orRefused(() => byLibrary(block)))
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it("is read where it stands in a buffer, and zeros end the archive", () => {
    const block = fc.sample(headers, 1)[0] ?? Buffer.alloc(0)
    const inside = Buffer.concat([Buffer.alloc(BLOCK_BYTES), block, Buffer.alloc(7, 1)])
    expect(readTarHeader(inside, BLOCK_BYTES)).toEqual(readTarHeader(block))
    expect(readTarHeader(inside).isEmpty).toBe(true)
  })
})
