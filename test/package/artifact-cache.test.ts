import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { copyToCache } from "../../src/package/artifact-cache.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { plainCompression } from "../support/plain-compression.ts"

const IDENT = parseFullIdent("acme/web/1.0/20240102030405")
const CACHED = "/hab/cache/artifacts/acme-web-1.0-20240102030405-x86_64-linux.hart"

function world() {
  const files = memoryFileSystem({ "/home/web.hart": "artifact" })
  const layout = createLayout({ root: "/", enclosed: true })
  const context = { files, compression: plainCompression(files), layout, target: "x86_64-linux" }
  return { files, copy: (source: string) => copyToCache(context, source, IDENT) }
}

describe("the artifact cache", () => {
  it("holds a second name of a file that is ours and plainly readable", async () => {
    const { files, copy } = world()
    await copy("/home/web.hart").keep()
    expect(files.stat(CACHED)).toMatchObject({ mode: 0o644, inode: files.stat("/home/web.hart")?.inode })
    await copy("/home/web.hart").keep()
    expect(files.readDirectory("/hab/cache/artifacts")).toHaveLength(1)
  })

  it("holds a copy of a file of another mode, and of somebody else", async () => {
    const { files, copy } = world()
    for (const change of [() => files.chmod("/home/web.hart", 0o664), () => files.chown("/home/web.hart", 1000, 0)]) {
      change()
      await copy("/home/web.hart").keep()
      const cached = files.stat(CACHED)
      expect(cached).toMatchObject({ mode: 0o644, uid: 0 })
      expect(cached?.inode).not.toBe(files.stat("/home/web.hart")?.inode)
      expect(files.readText(CACHED)).toBe("artifact")
      files.chmod("/home/web.hart", 0o644)
    }
  })

  it("holds the file that a link points to", async () => {
    const { files, copy } = world()
    files.symlink("/home/web.hart", "/home/link.hart")
    await copy("/home/link.hart").keep()
    expect(files.lstat(CACHED)?.kind).toBe("file")
    expect(files.readText(CACHED)).toBe("artifact")
  })

  it("does not have what is discarded", async () => {
    const { files, copy } = world()
    await copy("/home/web.hart").discard()
    expect(files.stat("/hab/cache/artifacts")).toBeUndefined()
    expect(files.readText("/home/web.hart")).toBe("artifact")
  })
})
