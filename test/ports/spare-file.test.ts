import { describe, expect, it } from "vitest"
import { bringFile, putFileAside } from "../../src/ports/spare-file.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const coming = { path: "/d/file", spare: "/d/spare" }
const options = { mode: 0o600, owner: { uid: 7, gid: 8 } }

describe("a file that comes and goes", () => {
  it("comes back with new content, its mode and owner, and the inode it had", () => {
    const files = memoryFileSystem({ "/d": undefined })
    bringFile(files, coming, "first", { mode: 0o644 })
    const first = files.lstat(coming.path)
    putFileAside(files, coming)
    expect(files.snapshot("/d")).toEqual({ "/d": "d 755", "/d/spare": "f 644 first" })
    bringFile(files, coming, "2", options)
    expect(files.snapshot("/d")).toEqual({ "/d": "d 755", "/d/file": "f 600 2" })
    expect(files.lstat(coming.path)).toMatchObject({ inode: first?.inode, uid: 7, gid: 8 })
  })

  it.each([
    [
      "a symlink in the place of the spare file",
      (files: ReturnType<typeof memoryFileSystem>) => files.symlink("/victim", "/d/spare"),
    ],
    [
      "a second name of somebody else's file",
      (files: ReturnType<typeof memoryFileSystem>) => files.link("/victim", "/d/spare"),
    ],
    [
      "a symlink in the place of the file",
      (files: ReturnType<typeof memoryFileSystem>) => files.symlink("/victim", "/d/file"),
    ],
  ])("is written through no %s", (_, plant) => {
    const files = memoryFileSystem({ "/d": undefined, "/victim": "untouched" })
    plant(files)
    bringFile(files, coming, "new", options)
    expect(files.readText("/victim")).toBe("untouched")
    expect(files.snapshot("/d")).toEqual({ "/d": "d 755", "/d/file": "f 600 new" })
  })
})
