import { execFileSync } from "node:child_process"
import fs from "node:fs"
import { describe, expect, it } from "vitest"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { verifyHart } from "../../src/package/hart.ts"
import { readHartHeader } from "../../src/package/hart-header.ts"
import { parseFullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { packHart } from "../../src/package/pack.ts"
import { archiveMode, packageMembers } from "../../src/package/package-members.ts"
import { unpackHart } from "../../src/package/unpack.ts"
import type { ArchiveCompression } from "../../src/ports/archive-compression.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { failing } from "../support/failure.ts"
import { testKeys } from "../support/keys.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { plainCompression } from "../support/plain-compression.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const IDENT = parseFullIdent("acme/web/1.0/20240102030405")
const MTIME = 1_704_164_645
async function pack(files: FileSystem, more: Partial<Parameters<typeof packHart>[1]> = {}) {
  const key = (await testKeys()).secret
  const request = { directory: "/pkg", ident: IDENT, mtimeSeconds: MTIME, destination: "/out/web.hart", key, ...more }
  files.makeDirectories("/out")
  return packHart({ files, compression: plainCompression(files) }, request)
}

describe("packing", () => {
  it("lists the package itself first, then everything below in byte order", () => {
    const files = memoryFileSystem({ "/pkg/b/x": "", "/pkg/B": "1", "/pkg/a-b": "", "/pkg/a/z": "", "/pkg/ä": "" })
    files.symlink("b", "/pkg/link")
    const members = [...packageMembers({ files }, { directory: "/pkg", name: "hab/pkgs/o/n/v/r", mtimeSeconds: MTIME })]
    expect(members.map(({ path }) => path.slice("hab/pkgs/o/n/v/r".length))).toEqual([
      "/",
      "/B",
      "/a/",
      "/a/z",
      "/a-b",
      "/b/",
      "/b/x",
      "/link",
      "/ä",
    ])
    expect(new Set(members.map(({ mtimeSeconds }) => mtimeSeconds))).toEqual(new Set([MTIME]))
  })

  it("packs further names of a file as hard links", () => {
    const files = memoryFileSystem({ "/pkg/b": "content" })
    files.link("/pkg/b", "/pkg/c")
    files.link("/pkg/b", "/pkg/a")
    const members = [...packageMembers({ files }, { directory: "/pkg", name: "p", mtimeSeconds: 0 })]
    expect(members.map(({ path, type, linkTarget, size }) => [path, type, linkTarget, size])).toEqual([
      ["p/", "Directory", undefined, 0],
      ["p/a", "File", undefined, 7],
      ["p/b", "Link", "p/a", 0],
      ["p/c", "Link", "p/a", 0],
    ])
  })

  it.each([
    ["file", "644", "644"],
    ["file", "600", "644"],
    ["file", "664", "644"],
    ["file", "400", "444"],
    ["file", "700", "755"],
    ["file", "4755", "4755"],
    ["file", "4710", "4710"],
    ["file", "2711", "2711"],
    ["directory", "700", "755"],
    ["directory", "2775", "755"],
    ["directory", "555", "555"],
    ["symlink", "777", "777"],
  ] as const)("a %s of mode %s is packed with %s, so that no umask shows", (kind, mode, packed) => {
    expect(archiveMode({ kind, mode: Number.parseInt(mode, 8) }).toString(8)).toBe(packed)
  })

  it("gives the same bytes for the same tree, and leaves only the artifact behind", async () => {
    const tree = {
      "/pkg/bin/run": "#!/bin/sh\n",
      "/pkg/IDENT": "acme/web/1.0/20240102030405\n",
      "/pkg/big": "x".repeat(700_000),
    }
    const first = memoryFileSystem(tree)
    await pack(first)
    const second = memoryFileSystem(Object.fromEntries(Object.entries(tree).reverse()))
    second.chmod("/pkg/bin/run", 0o600)
    second.setModifiedTime("/pkg/bin/run", 99)
    second.chown("/pkg/IDENT", 1000, 1000)
    await pack(second)
    expect(second.readText("/out/web.hart")).toBe(first.readText("/out/web.hart"))
    expect(first.readDirectory("/out").map(({ name }) => name)).toEqual(["web.hart"])
  })

  it("leaves nothing behind when it fails, at whatever call", async () => {
    const whole = memoryFileSystem({ "/pkg/bin/run": "x", "/out/other": "" })
    const before = whole.calls
    await pack(whole)
    const [calls, artifact] = [whole.calls - before, whole.readText("/out/web.hart")]
    for (let atCall = 1; atCall <= calls; atCall++) {
      const files = memoryFileSystem({ "/pkg/bin/run": "x", "/out/other": "" })
      files.failWith({ atCall, code: "EIO" })
      const failed = await pack(files).then(
        () => false,
        () => true,
      )
      expect(failed).toBe(true)
      const left = files.readDirectory("/out").map(({ name }) => name)
      // Only what comes after the artifact may have failed: the removal of the payload leaves that.
      if (left.includes("web.hart")) expect(files.readText("/out/web.hart")).toBe(artifact)
      else expect(left).toEqual(["other"])
    }
  })

  it("refuses what an artifact cannot hold", async () => {
    const files = memoryFileSystem({ "/pkg/run": "" })
    const withPipe = {
      ...files,
      lstat: (path: string) => {
        const stat = files.lstat(path)
        return stat && path === "/pkg/run" ? { ...stat, kind: "fifo" as const } : stat
      },
    }
    await expect(pack(withPipe)).rejects.toThrowError(
      failing("PACK_UNSUPPORTED", /\/pkg\/run cannot be packed: it is a fifo/),
    )
    const oddName = memoryFileSystem({ "/pkg/a\nb": "" })
    await expect(pack(oddName)).rejects.toThrowError(failing("PACK_UNSUPPORTED", /control character/))
    const replaced = memoryFileSystem({ "/pkg/a\ufffd": "" })
    await expect(pack(replaced)).rejects.toThrowError(failing("PACK_UNSUPPORTED", /U\+FFFD/))
    const vanished = { ...files, lstat: (path: string) => (path === "/pkg/run" ? undefined : files.lstat(path)) }
    await expect(pack(vanished)).rejects.toThrowError(failing("PACK_UNSUPPORTED", /not UTF-8/))
  })

  it("refuses what would not be unpacked anywhere, before it is signed", async () => {
    const files = memoryFileSystem({ "/pkg/zeros": "" })
    const chunks = Array<Uint8Array>(1025).fill(new Uint8Array(2 ** 20))
    const sized: FileSystem = {
      ...files,
      lstat: (path) => {
        const stat = files.lstat(path)
        return stat && path === "/pkg/zeros" ? { ...stat, size: 1025 * 2 ** 20 } : stat
      },
      *readChunks(path) {
        if (path === "/pkg/zeros") yield* chunks
        else yield* files.readChunks(path)
      },
    }
    files.makeDirectories("/out")
    const compression: Pick<ArchiveCompression, "compress"> = {
      async compress({ produce, onBytes }) {
        await produce(async () => undefined)
        onBytes(Buffer.from("tiny"))
        return { tag: "finished" }
      },
    }
    const key = (await testKeys()).secret
    const request = { directory: "/pkg", ident: IDENT, mtimeSeconds: MTIME, destination: "/out/web.hart", key }
    await expect(packHart({ files: sized, compression }, request)).rejects.toThrowError(
      failing("PACK_UNSUPPORTED", /its 1074790400 bytes became 4/),
    )
    expect(files.readDirectory("/out")).toEqual([])
  })

  it.each([["shorter"], ["longer than it was"]])("refuses a file that became %s meanwhile", async (content) => {
    const files = memoryFileSystem({ "/pkg/log": "nine more" })
    const changing = { ...files, readFile: () => Buffer.from(content) }
    await expect(pack(changing)).rejects.toThrowError(failing("PACK_CHANGED", /\/pkg\/log changed/))
  })

  it("says what xz said, and stops when it is told to", async () => {
    const files = memoryFileSystem({ "/pkg/run": "", "/out": undefined })
    const compression = { compress: async () => ({ tag: "failed", why: "xz cannot be started" }) as const }
    const key = (await testKeys()).secret
    const request = { directory: "/pkg", ident: IDENT, mtimeSeconds: MTIME, destination: "/out/web.hart", key }
    await expect(packHart({ files, compression }, request)).rejects.toThrowError(
      failing("XZ_FAILED", /xz cannot be started/),
    )
    await expect(pack(files, { signal: AbortSignal.abort(new Error("Ctrl-C")) })).rejects.toThrowError(/Ctrl-C/)
    expect(files.readDirectory("/out")).toEqual([])
  })
})

describe("packing and unpacking on this machine", () => {
  function makeTree(umask: number): string {
    const directory = temporaryDirectory()
    const pkg = `${directory}/pkg`
    execFileSync("sh", [
      "-c",
      `umask ${umask.toString(8)}; mkdir -p "$1/bin" "$1/empty"; echo acme/web/1.0/20240102030405 > "$1/IDENT"
       printf '#!/bin/sh\n' > "$1/bin/run"; chmod u+x "$1/bin/run"; ln "$1/bin/run" "$1/bin/walk"; ln -s /hab/pkgs/x "$1/far"
       head -c 300000 /dev/zero > "$1/zeros"; cp "$1/bin/run" "$1/bin/root"; chmod 4755 "$1/bin/root"; chmod 555 "$1/empty"`,
      "sh",
      pkg,
    ])
    return pkg
  }

  async function packed(directory: string) {
    const keys = await testKeys()
    const destination = `${temporaryDirectory()}/web.hart`
    const context = { files: systemFiles, compression: systemCompression() }
    await packHart(context, { directory, ident: IDENT, mtimeSeconds: MTIME, destination, key: keys.secret, level: 1 })
    const cache = createKeyCache(context, `${temporaryDirectory()}/keys`)
    await cache.write(keys.public)
    return { destination, context, cache }
  }

  it("is exact, and the same bytes under any umask", async () => {
    const { destination, context, cache } = await packed(makeTree(0o022))
    const other = await packed(makeTree(0o077))
    expect(fs.readFileSync(other.destination).equals(fs.readFileSync(destination))).toBe(true)
    await verifyHart(context, cache, destination)
    const into = temporaryDirectory()
    const offset = readHartHeader(context, destination).length
    const ident = await unpackHart(context, { path: destination, offset, begin: () => into })
    expect(ident === "stopped" ? ident : stringifyIdent(ident)).toBe("acme/web/1.0/20240102030405")
    const listed = execFileSync("find", [".", "-printf", "%p %y %m %s %T@ %l %n\\n"], {
      cwd: into,
      env: { LC_ALL: "C" },
    })
    const sizes = (text: string) => text.replace(/ d (\d+) \d+ /g, " d $1 ")
    expect(sizes(listed.toString()).split("\n").filter(Boolean).sort()).toEqual(
      [
        `. d 755 ${MTIME}.0000000000  4`,
        `./IDENT f 644 28 ${MTIME}.0000000000  1`,
        `./bin d 755 ${MTIME}.0000000000  2`,
        `./bin/root f 4755 10 ${MTIME}.0000000000  1`,
        `./bin/run f 755 10 ${MTIME}.0000000000  2`,
        `./bin/walk f 755 10 ${MTIME}.0000000000  2`,
        `./empty d 555 ${MTIME}.0000000000  2`,
        `./far l 777 11 ${MTIME}.0000000000 /hab/pkgs/x 1`,
        `./zeros f 644 300000 ${MTIME}.0000000000  1`,
      ].sort(),
    )
  })

  it("writes what xz and GNU tar read, with the package directory first and owners left out", async () => {
    const { destination, context } = await packed(makeTree(0o022))
    const offset = readHartHeader(context, destination).length
    const command = `tail -c +${offset + 1} "$1" | xz -dc | tar --numeric-owner -tvf -`
    const listing = execFileSync("sh", ["-c", command, "sh", destination], {
      env: { PATH: process.env["PATH"] ?? "", TZ: "UTC" },
    })
    const lines = listing.toString().trim().split("\n")
    expect(lines[0]).toBe("drwxr-xr-x 0/0               0 2024-01-02 03:04 hab/pkgs/acme/web/1.0/20240102030405/")
    expect(lines).toHaveLength(9)
    expect(lines.every((line) => line.includes(" 0/0 "))).toBe(true)
  })
})
