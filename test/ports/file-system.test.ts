import { describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { memoryFileSystem, Stopped } from "../support/memory-file-system.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const IMPLEMENTATIONS: readonly (readonly [string, () => { files: FileSystem; at: string }])[] = [
  ["the real one", () => ({ files: systemFiles, at: temporaryDirectory() })],
  ["the one in memory", () => ({ files: memoryFileSystem({ "/tmp/x": undefined }), at: "/tmp/x" })],
]

const failure = (code: string) => expect.objectContaining({ code })

describe.each(IMPLEMENTATIONS)("a file system, %s", (_name, create) => {
  it("writes, reads and replaces whole files with an exact mode", () => {
    const { files, at } = create()
    files.writeFile(`${at}/a`, "one", { mode: 0o666 })
    files.writeAtomically(`${at}/a`, "two", { mode: 0o640 })
    files.appendFile(`${at}/a`, " three")
    expect(files.readText(`${at}/a`)).toBe("two three")
    expect(files.stat(`${at}/a`)).toMatchObject({ kind: "file", mode: 0o640, size: 9 })
    expect(Buffer.concat([...files.readChunks(`${at}/a`)]).toString()).toBe("two three")
    expect(files.readDirectory(at)).toEqual([{ name: "a", kind: "file" }])
    expect(files.readTextIfPresent(`${at}/missing`)).toBeUndefined()
    expect(files.readTextIfPresent(`${at}/a/below`)).toBeUndefined()
    expect(() => files.readText(`${at}/missing`)).toThrowError(failure("ENOENT"))
  })

  it("rewrites a plain file in its place, and nothing else", () => {
    const { files, at } = create()
    files.writeFile(`${at}/a`, "long content")
    files.symlink(`${at}/a`, `${at}/link`)
    files.writeFile(`${at}/b`, "two names")
    files.link(`${at}/b`, `${at}/c`)
    const { inode } = files.lstat(`${at}/a`) ?? {}
    expect(
      ["a", "link", "b", "missing"].map((name) => files.rewriteFile(`${at}/${name}`, "new", { mode: 0o600 })),
    ).toEqual([true, false, false, false])
    expect(files.readText(`${at}/a`)).toBe("new")
    expect(files.lstat(`${at}/a`)).toMatchObject({ mode: 0o600, inode })
    expect(files.readText(`${at}/b`)).toBe("two names")
  })

  it("creates only what is not there, and does not follow links in doing so", () => {
    const { files, at } = create()
    files.symlink(`${at}/target`, `${at}/link`)
    expect(() => files.createExclusively(`${at}/link`, 0o644)).toThrowError(failure("EEXIST"))
    const writer = files.createExclusively(`${at}/new`, 0o4755)
    writer.write(Buffer.from("a"))
    writer.write(Buffer.from("b"))
    writer.close()
    expect(files.readText(`${at}/new`)).toBe("ab")
    expect(files.lstat(`${at}/new`)?.mode).toBe(0o4755)
    expect(files.stat(`${at}/target`)).toBeUndefined()
  })

  it("gives each file of a directory the very mode that is asked for", () => {
    const { files, at } = create()
    files.makeDirectories(`${at}/below`)
    for (const [name, mode] of [
      ["a", 0o644],
      ["b", 0o644],
      ["c", 0o666],
      ["d", 0o666],
      ["below/e", 0o777],
      ["f", 0o4755],
      ["g", 0o4755],
    ] as const) {
      const writer = files.createExclusively(`${at}/${name}`, mode)
      writer.write(Buffer.from("<part>"), 1, 5)
      writer.close()
      expect(files.lstat(`${at}/${name}`)?.mode).toBe(mode)
      expect(files.readText(`${at}/${name}`)).toBe("part")
    }
  })

  it("makes and removes directories", () => {
    const { files, at } = create()
    files.makeDirectories(`${at}/a/b/c`, 0o700)
    files.writeFile(`${at}/a/b/c/file`, "x")
    expect(files.stat(`${at}/a/b`)).toMatchObject({ kind: "directory", mode: 0o700 })
    expect(() => files.removeDirectory(`${at}/a`)).toThrowError(failure("ENOTEMPTY"))
    files.removeTree(`${at}/a/b`)
    files.removeTree(`${at}/a/b`)
    files.removeDirectory(`${at}/a`)
    expect(files.readDirectory(at)).toEqual([])
    expect(() => files.readDirectory(`${at}/a`)).toThrowError(failure("ENOENT"))
    const temporary = files.makeTemporaryDirectory(`${at}/.t-`)
    expect(files.stat(temporary)).toMatchObject({ kind: "directory", mode: 0o700 })
  })

  it("keeps symbolic and hard links what they are", () => {
    const { files, at } = create()
    files.makeDirectories(`${at}/dir`)
    files.writeFile(`${at}/dir/file`, "x")
    files.symlink("dir/file", `${at}/link`)
    files.link(`${at}/dir/file`, `${at}/hard`)
    expect(files.readLink(`${at}/link`)).toBe("dir/file")
    expect(files.lstat(`${at}/link`)?.kind).toBe("symlink")
    expect(files.stat(`${at}/link`)).toMatchObject({ kind: "file", links: 2 })
    expect(files.lstat(`${at}/hard`)?.inode).toBe(files.lstat(`${at}/dir/file`)?.inode)
    expect(files.realPath(`${at}/link`)).toBe(files.realPath(`${at}/dir/file`))
    files.setModifiedTime(`${at}/link`, 1000)
    expect(files.lstat(`${at}/link`)?.mtimeSeconds).toBe(1000)
    expect(files.lstat(`${at}/hard`)?.mtimeSeconds).not.toBe(1000)
    files.removeTree(`${at}/link`)
    expect(files.readText(`${at}/hard`)).toBe("x")
    expect(() => files.readLink(`${at}/hard`)).toThrowError(failure("EINVAL"))
  })

  it("renames over files and empty directories only", async () => {
    const { files, at } = create()
    files.makeDirectories(`${at}/from`)
    files.writeFile(`${at}/from/file`, "x")
    files.makeDirectories(`${at}/empty`)
    files.makeDirectories(`${at}/full/below`)
    expect(() => files.rename(`${at}/from`, `${at}/full`)).toThrowError(failure("ENOTEMPTY"))
    files.rename(`${at}/from`, `${at}/empty`)
    expect(files.readText(`${at}/empty/file`)).toBe("x")
    expect(() => files.rename(`${at}/from`, `${at}/other`)).toThrowError(failure("ENOENT"))
    files.copyFile(`${at}/empty/file`, `${at}/copy`)
    files.removeFile(`${at}/copy`)
    expect(files.lstat(`${at}/copy`)).toBeUndefined()
    files.sync(`${at}/empty`)
    await files.syncTree(at)
  })
})

describe.each(IMPLEMENTATIONS)("a copy made aside by %s", (_name, create) => {
  it("tells how far it is, and can be called off", async () => {
    const { files, at } = create()
    files.writeFile(`${at}/from`, "content", { mode: 0o600 })
    const told: unknown[] = []
    await files.copyFileAside(`${at}/from`, `${at}/to`, { onMoved: (moved) => told.push(moved) })
    expect(files.readText(`${at}/to`)).toBe("content")
    expect(files.stat(`${at}/to`)?.mode).toBe(0o600)
    expect(told).toEqual([{ bytes: 7, total: 7 }])
    const signal = AbortSignal.abort(new Error("called off"))
    await expect(files.copyFileAside(`${at}/from`, `${at}/other`, { signal })).rejects.toThrow("called off")
    await expect(files.copyFileAside(`${at}/none`, `${at}/to`, {})).rejects.toThrowError(failure("ENOENT"))
  })
})

describe("the file system in memory", () => {
  it("fails once at the chosen call", () => {
    const files = memoryFileSystem({ "/d/a": "old" })
    files.failWith({ atCall: 2, code: "ENOSPC" })
    expect(files.readText("/d/a")).toBe("old")
    expect(() => files.readText("/d/a")).toThrowError(failure("ENOSPC"))
    expect(files.readText("/d/a")).toBe("old")
  })

  it("keeps the old file when replacing it fails, and litter when the machine stops", () => {
    const files = memoryFileSystem({ "/d/a": "old" })
    files.failWith({ atCall: 3, code: "EIO" })
    expect(() => files.writeAtomically("/d/a", "new")).toThrowError(failure("EIO"))
    expect(files.snapshot("/d")).toEqual({ "/d": "d 755", "/d/a": "f 644 old" })
    files.failWith({ atCall: 3, code: "STOP" })
    expect(() => files.writeAtomically("/d/a", "new")).toThrowError(Stopped)
    expect(() => files.stat("/d")).toThrowError(Stopped)
    files.failWith(undefined)
    expect(files.readDirectory("/d").map((entry) => entry.name)).toEqual([".tmp-a-1", "a"])
    expect(files.readText("/d/a")).toBe("old")
  })
})
