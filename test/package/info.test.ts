import { describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { readArchive } from "../../src/package/archive.ts"
import { ARCHIVE_METADATA } from "../../src/package/archive-metafiles.ts"
import { printHartHeader } from "../../src/package/hart-header.ts"
import { stringifyIdent } from "../../src/package/ident.ts"
import { describeArchive, readArchiveInfo } from "../../src/package/info.ts"
import { tarHeader } from "../../src/package/tar-writer.ts"
import { writeArtifact } from "../support/artifact.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { plainCompression } from "../support/plain-compression.ts"
import { hasShared, sharedPath } from "../support/shared.ts"

const IDENT = "acme/web/1.0/20240102030405"

async function archive(options: Omit<Parameters<typeof writeArtifact>[1], "ident">) {
  const files = memoryFileSystem()
  const path = await writeArtifact(files, { ident: IDENT, ...options })
  return { context: { files, compression: plainCompression(files) }, path }
}

describe("the metadata of an artifact", () => {
  it("is found at the package's own level only, trimmed, the later of two", async () => {
    const { context, path } = await archive({
      tdeps: ["acme/lib/1/1"],
      files: { "bin/DEPS": "not/this/one/1\n", "default.toml": "port = 1\n\n", EXPOSES: "80 x 443\n" },
      members: [
        { path: `/hab/pkgs/${IDENT}/SVC_USER`, content: "first" },
        { path: `hab/pkgs/${IDENT}/SVC_USER`, content: " hab\n" },
      ],
    })
    const { metadata, text } = await readArchive(context, path)
    expect(metadata.deps).toEqual([])
    expect(metadata.tdeps.map(stringifyIdent)).toEqual(["acme/lib/1/1"])
    expect([text("default.toml"), text("SVC_USER"), text("CFLAGS")]).toEqual(["port = 1", "hab", undefined])
  })

  it("is all known as soon as each file was seen, and nothing after is read", async () => {
    const files = Object.fromEntries(ARCHIVE_METADATA.map((name) => [name, name === "IDENT" ? IDENT : "x86_64-linux"]))
    const { context, path } = await archive({ files: { ...files, zzz: "x".repeat(100_000) } })
    let chunks = 0
    const compression = plainCompression(context.files, 5000)
    const counting: typeof compression = {
      ...compression,
      decompress: (request) => {
        const onBytes = (bytes: Uint8Array) => {
          chunks++
          return request.onBytes(bytes)
        }
        return compression.decompress({ ...request, onBytes })
      },
    }
    await readArchive({ ...context, compression: counting }, path)
    expect(chunks).toBeLessThan(6)
  })

  it("must be readable", async () => {
    const { context, path } = await archive({})
    const truncated = { ...context, compression: { decompress: async () => ({ tag: "damaged", why: "cut" }) as const } }
    await expect(readArchive(truncated, path)).rejects.toThrowError(
      expect.objectContaining({ code: "ARCHIVE_DAMAGED" }),
    )
    const tar = tarHeader({
      path: `hab/pkgs/${IDENT}/MANIFEST`,
      type: "File",
      mode: 0o644,
      mtimeSeconds: 0,
      size: 2 ** 24 + 1,
    })
    const header = printHartHeader({
      signer: { name: "acme", revision: "20240102030405" },
      signature: new Uint8Array(128),
    })
    context.files.writeFile(path, Buffer.concat([Buffer.from(header), tar]))
    await expect(readArchive(context, path)).rejects.toThrowError(/MANIFEST' cannot be unpacked, its 16777217 bytes/)
  })

  it("may hold a list of as many files as a package may have", async () => {
    const list = "x".repeat(2 ** 24 + 1)
    const { context, path } = await archive({ files: { FILES: list, MANIFEST: "# acme / web\n" } })
    expect((await readArchive(context, path)).text("FILES")?.length).toBe(list.length)
    expect((await readArchiveInfo(context, path)).manifest).toBe("# acme / web")
  })
})

describe("hab pkg info", () => {
  it("has its keys in the reference's order, and null for what is absent", async () => {
    const { context, path } = await archive({
      tdeps: ["acme/lib/1/1"],
      files: { DEPS: "acme/lib/1/1", EXPOSES: "80 443", SVC_USER: "hab", SVC_GROUP: "hab", MANIFEST: "# acme / web\n" },
    })
    const info = await readArchiveInfo(context, path)
    expect(Object.entries(info).filter(([key]) => key !== "signature_raw" && key !== "checksum")).toEqual([
      ["format_version", "HART-1"],
      ["key_name", "acme-20240102030405"],
      ["hash_type", "BLAKE2b"],
      ["ident", IDENT],
      ["origin", "acme"],
      ["name", "web"],
      ["version", "1.0"],
      ["release", "20240102030405"],
      ["target", "x86_64-linux"],
      ["is_a_service", true],
      ["deps", ["acme/lib/1/1"]],
      ["tdeps", ["acme/lib/1/1"]],
      ["build_deps", []],
      ["build_tdeps", []],
      ["exposes", [80, 443]],
      ["manifest", "# acme / web"],
      ["config", null],
      ["svc_user", "hab"],
      ["svc_group", "hab"],
      ["ld_run_path", null],
      ["ldflags", null],
      ["cflags", null],
    ])
    expect(Object.keys(info).slice(2, 5)).toEqual(["hash_type", "signature_raw", "ident"])
    expect(describeArchive("x.hart", info)).toBe(
      "Package Path   : x.hart\nOrigin         : acme\nName           : web\nVersion        : 1.0\nRelease        : 20240102030405",
    )
  })

  it("needs IDENT and TARGET", async () => {
    const { context, path } = await archive({ files: { TARGET: undefined } })
    await expect(readArchiveInfo(context, path)).rejects.toThrowError(
      expect.objectContaining({ code: "METADATA_MISSING", message: expect.stringMatching(/TARGET is missing/) }),
    )
  })

  it.skipIf(!hasShared)("reads the reference's artifact", async () => {
    const path = sharedPath("vectors/happyhumans-possums-8.1.4-20160427165340-x86_64-linux.hart")
    const info = await readArchiveInfo({ files: systemFiles, compression: systemCompression() }, path)
    expect(info).toMatchObject({
      key_name: "happyhumans-20160424223347",
      ident: "happyhumans/possums/8.1.4/20160427165340",
      checksum: "74d368d3642721b5045929845f6a1146fad50c7ecab7ab547603965e45a29a82",
      target: "x86_64-linux",
      is_a_service: false,
      manifest: expect.stringMatching(/^happyhumans possums\n/),
    })
  })
})
