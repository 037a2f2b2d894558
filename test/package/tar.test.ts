import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { createTarReader, type TarEntry } from "../../src/package/tar-reader.ts"
import { type TarMember, tarEnd, tarHeader, tarPadding } from "../../src/package/tar-writer.ts"
import { fixChecksum } from "../support/tar-archive.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

type Read = TarEntry & { content: string }

/** Reads a whole archive, fed in pieces of `step` bytes. */
function readTar(bytes: Uint8Array, step = bytes.length): Read[] {
  const found: Read[] = []
  const reader = createTarReader("x.tar", (entry) => {
    const read = { ...entry, content: "" }
    found.push(read)
    const data = (part: Uint8Array, from: number, to: number) => {
      read.content += Buffer.from(part.subarray(from, to)).toString("latin1")
    }
    return { data, end: () => undefined }
  })
  for (let at = 0; at < bytes.length; at += step) reader.write(bytes.subarray(at, at + step))
  reader.end()
  return found
}

const member = (path: string, more: Partial<TarMember> = {}): TarMember => ({
  path,
  type: "File",
  mode: 0o644,
  mtimeSeconds: 1_700_000_000,
  size: 0,
  ...more,
})
const withContent = (path: string, content: string, more: Partial<TarMember> = {}) => {
  const size = Buffer.byteLength(content)
  return Buffer.concat([tarHeader(member(path, { size, ...more })), Buffer.from(content), tarPadding(size)])
}
const archive = (...parts: readonly Uint8Array[]) => Buffer.concat([...parts, tarEnd()])
const damaged = (message: RegExp) =>
  expect.objectContaining({ code: "ARCHIVE_DAMAGED", message: expect.stringMatching(message) })

const extension = (typeFlag: string, content: string) => {
  const header = Buffer.from(tarHeader(member("extension", { size: Buffer.byteLength(content) })))
  header.write(typeFlag, 156, "latin1")
  return Buffer.concat([fixChecksum(header), Buffer.from(content), tarPadding(content.length)])
}

const LONG = `hab/${"directory-with-a-long-name/".repeat(12)}file-ä-${"x".repeat(120)}`

describe("the tar codec", () => {
  const everything = archive(
    tarHeader(member("hab/", { type: "Directory", mode: 0o755 })),
    withContent("hab/a", "content of a", { mode: 0o4755 }),
    withContent(LONG, "b".repeat(1500)),
    tarHeader(member("hab/link", { type: "SymbolicLink", linkTarget: `/${LONG}`, mode: 0o777 })),
    tarHeader(member("hab/hard", { type: "Link", linkTarget: LONG })),
    withContent("hab/empty", ""),
  )

  it.each([1, 7, 511, 512, 513, 4096, 100_000])("reads back what it wrote, in pieces of %i bytes", (step) => {
    const found = readTar(everything, step)
    expect(found.map(({ path, kind, mode }) => [path, kind, mode])).toEqual([
      ["hab/", "directory", 0o755],
      ["hab/a", "file", 0o4755],
      [LONG, "file", 0o644],
      ["hab/link", "symlink", 0o777],
      ["hab/hard", "hard link", 0o644],
      ["hab/empty", "file", 0o644],
    ])
    expect(found.map(({ content }) => content.length)).toEqual([0, 12, 1500, 0, 0, 0])
    expect([found[3]?.linkTarget, found[4]?.linkTarget]).toEqual([`/${LONG}`, LONG])
    expect(found[1]?.mtimeSeconds).toBe(1_700_000_000)
  })

  it("writes what GNU tar reads", () => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/x.tar`, everything)
    const listed = execFileSync("tar", [
      "--numeric-owner",
      "-tvf",
      `${directory}/x.tar`,
      "--quoting-style=literal",
    ]).toString()
    expect(listed).toContain(`-rwsr-xr-x 0/0 `)
    expect(listed).toContain(LONG)
    expect(listed).toContain(`-> /${LONG}`)
  })

  it.each(["gnu", "ustar", "pax", "v7", "oldgnu"])("reads what GNU tar writes as --format=%s", (format) => {
    const directory = temporaryDirectory()
    const long = format === "v7" ? "short" : "d".repeat(format === "ustar" ? 90 : 180)
    mkdirSync(`${directory}/t/${long}`, { recursive: true })
    writeFileSync(`${directory}/t/${long}/${"f".repeat(80)}`.slice(0, format === "v7" ? 80 : 400), "content")
    symlinkSync("t", `${directory}/link`)
    execFileSync("tar", [`--format=${format}`, "-cf", "x.tar", "t", "link"], { cwd: directory })
    const found = readTar(readFileSync(`${directory}/x.tar`), 1000)
    expect(found.map(({ kind }) => kind)).toEqual(["directory", "directory", "file", "symlink"])
    expect(found[2]?.content).toBe("content")
    expect(found[2]?.path.startsWith(`t/${long}/ff`)).toBe(true)
    expect(found[3]?.linkTarget).toBe("t")
  })

  it("keeps a pax value whole that holds line feeds or is cut between two chunks", () => {
    const path = `hab/${"ü\n".repeat(60)}end`
    const header = tarHeader(member(path))
    expect(readTar(archive(header), 513)[0]?.path).toBe(path)
  })

  it("says a size over 8 GiB in both ways", () => {
    const size = 9 * 2 ** 30
    let seen: TarEntry | undefined
    const reader = createTarReader("x", (entry) => {
      seen = entry
      return "stop"
    })
    expect(reader.write(tarHeader(member("hab/big", { size })))).toBe(false)
    expect(seen?.size).toBe(size)
    reader.end()
  })

  it("reads nothing after the end of the archive, or after it was told to stop", () => {
    const paths: string[] = []
    const reader = createTarReader("x", ({ path }) => {
      paths.push(path)
      return "skip"
    })
    expect(reader.write(Buffer.concat([withContent("a", "x"), tarEnd(), withContent("b", "y")]))).toBe(true)
    reader.end()
    expect(paths).toEqual(["a"])
  })

  it.each([
    ["nothing", Buffer.alloc(0), /it holds nothing/],
    ["zeros", tarEnd(), /it holds nothing/],
    ["noise", Buffer.alloc(1024, "noise"), /wrong checksum/],
    ["a header cut short", tarHeader(member("a")).subarray(0, 300), /ends inside a member/],
    ["content cut short", withContent("a", "content").subarray(0, 515), /ends inside a member/],
    ["padding cut short", withContent("a", "content").subarray(0, 700), /ends inside a member/],
    ["a gzip file", Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(1024)]), /wrong checksum/],
  ])("refuses %s", (_what, bytes, message) => {
    expect(() => readTar(bytes)).toThrowError(damaged(message))
  })

  it.each([
    ["a record without a line feed", "9 path=x", /pax header cannot be read/],
    ["a length that is no number", "x path=x\n", /pax header cannot be read/],
    ["a length beyond the header", "99 path=x\n", /pax header cannot be read/],
    ["a record without a key", "6 =abc\n", /pax header cannot be read/],
    ["a negative size", "12 size=-10\n", /its pax size is '-10'/],
    ["a sparse file", "22 GNU.sparse.major=1\n", /sparse file/],
  ])("refuses a pax header with %s", (_what, records, message) => {
    const header = extension("x", records)
    expect(() => readTar(archive(header, withContent("a", "")))).toThrowError(damaged(message))
  })

  it("ignores a global pax header that is a comment, and refuses one that renames", () => {
    const globalHeader = (records: string) => extension("g", records)
    expect(readTar(archive(globalHeader("15 comment=abc\n"), withContent("a", "")))).toHaveLength(1)
    expect(() => readTar(archive(globalHeader("12 path=abc\n"), withContent("a", "")))).toThrowError(
      damaged(/global pax header changes names/),
    )
  })

  it("refuses an extension header of more than a mebibyte", () => {
    const header = Buffer.from(tarHeader(member("x", { size: 2 ** 20 + 1 })))
    header[156] = "L".charCodeAt(0)
    expect(() => readTar(archive(fixChecksum(header)))).toThrowError(damaged(/long name header has 1048577 bytes/))
  })
})
