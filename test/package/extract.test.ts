import { describe, expect, it } from "vitest"
import { type parseFullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { unpackHart } from "../../src/package/unpack.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { plainCompression } from "../support/plain-compression.ts"
import { type Member, tarArchive } from "../support/tar-archive.ts"

const PKG = "hab/pkgs/acme/web/1.0/20240102030405"

/** Unpacks an archive of these members into /into and tells what is there afterwards. */
async function unpack(members: readonly Member[], before: Record<string, string> = {}) {
  const files = memoryFileSystem({ "/into": undefined, "/etc/passwd": "root", ...before })
  files.writeFile("/x.hart", Buffer.concat([Buffer.from("HEADER"), tarArchive(members)]))
  const idents: string[] = []
  const begin = (ident: ReturnType<typeof parseFullIdent>) => {
    idents.push(stringifyIdent(ident))
    return "/into"
  }
  const run = () =>
    unpackHart({ files, compression: plainCompression(files, 700) }, { path: "/x.hart", offset: 6, begin })
  return { files, run, idents }
}

describe("unpacking", () => {
  it("recreates files, directories and links with modes and times", async () => {
    const { files, run, idents } = await unpack([
      { path: "hab/" },
      { path: "hab/pkgs/" },
      { path: `${PKG}/`, mode: 0o755 },
      { path: `${PKG}/bin/`, mode: 0o555, mtimeSeconds: 1_600_000_000 },
      { path: `${PKG}/bin/su`, content: "x".repeat(2000), mode: 0o4711 },
      { path: `${PKG}/bin/sh`, type: "SymbolicLink", linkTarget: "/hab/pkgs/core/bash/5/1/bin/bash" },
      { path: `${PKG}/bin/up`, type: "SymbolicLink", linkTarget: "../../../../../../../../etc/passwd" },
      { path: `${PKG}/bin/hard`, type: "Link", linkTarget: `${PKG}/bin/su` },
      { path: `/${PKG}/deep/unmentioned/file`, content: "y" },
    ])
    expect(stringifyIdent((await run()) as ReturnType<typeof parseFullIdent>)).toBe("acme/web/1.0/20240102030405")
    expect(idents).toEqual(["acme/web/1.0/20240102030405"])
    expect(files.snapshot("/into")).toEqual({
      "/into": "d 755",
      "/into/bin": "d 555",
      "/into/bin/hard": `f 4711 ${"x".repeat(2000)}`,
      "/into/bin/sh": "l -> /hab/pkgs/core/bash/5/1/bin/bash",
      "/into/bin/su": `f 4711 ${"x".repeat(2000)}`,
      "/into/bin/up": "l -> ../../../../../../../../etc/passwd",
      "/into/deep": "d 755",
      "/into/deep/unmentioned": "d 755",
      "/into/deep/unmentioned/file": "f 644 y",
    })
    expect(files.lstat("/into/bin/hard")?.inode).toBe(files.lstat("/into/bin/su")?.inode)
    expect(files.lstat("/into/bin")?.mtimeSeconds).toBe(1_600_000_000)
    expect(files.lstat("/into/bin/sh")?.mtimeSeconds).toBe(1_700_000_000)
  })

  const link = (name: string, linkTarget: string): Member => ({
    path: `${PKG}/${name}`,
    type: "SymbolicLink",
    linkTarget,
  })
  const file = (path: string): Member => ({ path, content: "evil" })

  it.each<[string, Member[], RegExp]>([
    ["a path that climbs out", [file(`${PKG}/../../../../../../etc/passwd`)], /leads out of the package/],
    ["an absolute path elsewhere", [file("/etc/passwd")], /outside of hab\/pkgs/],
    ["a relative path elsewhere", [file("etc/passwd")], /outside of hab\/pkgs/],
    ["a path with a dot", [file(`./${PKG}/file`)], /its path is not plain/],
    ["a path with two slashes", [file(`${PKG}//file`)], /its path is not plain/],
    ["a line feed in a name", [file(`${PKG}/a\nb`)], /unprintable/],
    ["a file in place of the package", [file(PKG)], /must be a directory/],
    [
      "a link in place of the package",
      [{ path: PKG, type: "SymbolicLink", linkTarget: "/etc" }],
      /must be a directory/,
    ],
    [
      "a link above the package",
      [{ path: "hab/pkgs/acme", type: "SymbolicLink", linkTarget: "/etc" }],
      /only directories/,
    ],
    [
      "a file beside the package",
      [{ path: `${PKG}/` }, file("hab/pkgs/acme/web/1.0/2/x")],
      /holds acme\/web\/1.0\/2024/,
    ],
    ["a file written through a link", [link("x", "/etc"), file(`${PKG}/x/passwd`)], /a part of its path is a link/],
    ["a directory made through a link", [link("x", "/etc"), { path: `${PKG}/x/y/` }], /a part of its path is a link/],
    ["a directory in place of a link", [link("x", "/etc"), { path: `${PKG}/x/` }], /a part of its path is a link/],
    ["a file written over a link", [link("x", "/etc/passwd"), file(`${PKG}/x`)], /there twice/],
    ["a file that is there twice", [file(`${PKG}/x`), file(`${PKG}/x`)], /there twice/],
    ["a file in place of a directory", [{ path: `${PKG}/x/` }, file(`${PKG}/x`)], /a directory has that name/],
    ["a link without a target", [{ path: `${PKG}/x`, typeFlag: "2" }], /points nowhere/],
    ["a hard link to outside", [{ path: `${PKG}/x`, type: "Link", linkTarget: "/etc/passwd" }], /outside of hab\/pkgs/],
    [
      "a hard link that climbs",
      [{ path: `${PKG}/x`, type: "Link", linkTarget: `${PKG}/../../../../../../etc/passwd` }],
      /leads out/,
    ],
    ["a hard link to nothing", [{ path: `${PKG}/x`, type: "Link", linkTarget: `${PKG}/y` }], /no file unpacked before/],
    [
      "a hard link through a link",
      [link("etc", "/etc"), { path: `${PKG}/x`, type: "Link", linkTarget: `${PKG}/etc/passwd` }],
      /no file unpacked before/,
    ],
    [
      "a hard link to a link",
      [link("passwd", "/etc/passwd"), { path: `${PKG}/x`, type: "Link", linkTarget: `${PKG}/passwd` }],
      /no file unpacked before/,
    ],
    ["a character device", [{ path: `${PKG}/null`, typeFlag: "3" }], /it is a CharacterDevice/],
    ["a block device", [{ path: `${PKG}/sda`, typeFlag: "4" }], /it is a BlockDevice/],
    ["a pipe", [{ path: `${PKG}/pipe`, typeFlag: "6" }], /it is a FIFO/],
    ["a sparse file", [{ path: `${PKG}/sparse`, typeFlag: "S" }], /it is a/],
  ])("refuses %s, and touches nothing outside", async (_what, members, message) => {
    const { files, run } = await unpack(members)
    await expect(run()).rejects.toThrowError(
      expect.objectContaining({ code: "ARCHIVE_UNSAFE", message: expect.stringMatching(message) }),
    )
    expect(files.snapshot("/etc")).toEqual({ "/etc": "d 755", "/etc/passwd": "f 644 root" })
    expect(Object.keys(files.snapshot()).filter((path) => !/^\/(into|etc|x\.hart)/.test(path))).toEqual(["/"])
  })

  it("refuses an archive that holds no package, or ends too early", async () => {
    const empty = await unpack([{ path: "hab/" }, { path: "hab/pkgs/acme/" }])
    await expect(empty.run()).rejects.toThrowError(/holds no package/)
    const cut = await unpack([])
    const whole = tarArchive([{ path: `${PKG}/x`, content: "x".repeat(5000) }])
    cut.files.writeFile("/x.hart", Buffer.concat([Buffer.from("HEADER"), whole.subarray(0, 3000)]))
    await expect(cut.run()).rejects.toThrowError(/ends inside a member/)
  })

  it("reads no further when the caller does not want that package", async () => {
    const files = memoryFileSystem()
    files.writeFile("/x.hart", tarArchive([{ path: `${PKG}/` }, file("/etc/passwd")]))
    const context = { files, compression: plainCompression(files) }
    expect(await unpackHart(context, { path: "/x.hart", offset: 0, begin: () => "stop" })).toBe("stopped")
    expect(Object.keys(files.snapshot())).toEqual(["/", "/x.hart"])
  })

  it("passes on what the decoder found, and stops when it is told to", async () => {
    const files = memoryFileSystem({ "/x.hart": "x", "/into": undefined })
    const damaged = {
      ...plainCompression(files),
      decompress: async () => ({ tag: "damaged", why: "Unexpected end of input" }) as const,
    }
    const request = { path: "/x.hart", offset: 0, begin: () => "/into" }
    await expect(unpackHart({ files, compression: damaged }, request)).rejects.toThrowError(
      expect.objectContaining({ code: "ARCHIVE_DAMAGED", message: expect.stringMatching(/Unexpected end of input/) }),
    )
    const signal = AbortSignal.abort(new Error("Ctrl-C"))
    await expect(
      unpackHart({ files, compression: plainCompression(files) }, { ...request, signal }),
    ).rejects.toThrowError(/Ctrl-C/)
  })
})
