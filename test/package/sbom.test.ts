import { describe, expect, it } from "vitest"
import { parseFullIdent } from "../../src/package/ident.ts"
import { type SbomInput, sbomParts } from "../../src/package/sbom.ts"

const WEB = parseFullIdent("acme/web/1.2+b/20240102030405")
const LIBC = parseFullIdent("core/libc/2.35/20240101010101")
const ZLIB = parseFullIdent("core/zlib/1.3/20240101010102")
const GCC = parseFullIdent("core/gcc/13/20240101010103")
const MANIFEST = `# acme / web
A small server

* __Maintainer__: me
* __Upstream URL__: [https://example.com/](https://example.com/)
* __License__: MIT Apache-2.0 
* __Source__: [https://example.com/web.tgz](https://example.com/web.tgz)
* __SHA__: \`${"AB".repeat(32)}\`
`

function sbom(changes: Partial<SbomInput> = {}) {
  const metadata = {
    deps: [ZLIB],
    tdeps: [ZLIB, LIBC],
    buildDeps: [GCC, LIBC],
    manifest: MANIFEST,
    target: "x86_64-linux",
  } as const
  const depsOf: SbomInput["depsOf"] = (ident) => (ident.name === "zlib" ? [LIBC] : undefined)
  const fileList = `HART-1\nkey\nBLAKE2b\nsig\n\n${"0".repeat(64)}  /hab/pkgs/acme/web/1.2+b/20240102030405/bin/web\n`
  return [...sbomParts({ ident: WEB, metadata, fileList, depsOf, tool: "hab 1.0.0", ...changes })].join("")
}

describe("a bill of materials", () => {
  it("names the package, its closure, what it was built with, its files, and who needs whom", () => {
    const document = JSON.parse(sbom())
    const purl = "pkg:habitat/acme/web@1.2%2Bb?release=20240102030405"
    expect(document.metadata).toEqual({
      timestamp: "2024-01-02T03:04:05Z",
      tools: { components: [{ type: "application", name: "hab", version: "1.0.0" }] },
      component: {
        type: "application",
        "bom-ref": purl,
        group: "acme",
        name: "web",
        version: "1.2+b",
        purl,
        description: "A small server",
        licenses: [{ license: { name: "MIT" } }, { license: { name: "Apache-2.0" } }],
        externalReferences: [
          { type: "website", url: "https://example.com/" },
          {
            type: "source-distribution",
            url: "https://example.com/web.tgz",
            hashes: [{ alg: "SHA-256", content: "ab".repeat(32) }],
          },
        ],
      },
    })
    const components: { name: string; scope?: string; type: string }[] = document.components
    expect(components.map(({ name, scope, type }) => [type, name, scope])).toEqual([
      ["library", "zlib", "required"],
      ["library", "libc", "required"],
      ["library", "gcc", "excluded"],
      ["file", "/hab/pkgs/acme/web/1.2+b/20240102030405/bin/web", undefined],
    ])
    const [zlib, libc] = ["zlib@1.3?release=20240101010102", "libc@2.35?release=20240101010101"].map(
      (end) => `pkg:habitat/core/${end}`,
    )
    expect(document.dependencies).toEqual([
      { ref: purl, dependsOn: [zlib] },
      { ref: zlib, dependsOn: [libc] },
    ])
  })

  it("is printed as any JSON is, though part by part, and keeps names as they are", () => {
    const lines = ["bin/a b ", 'share/"quoted"', "share/x\u2028y"].map(
      (name) => `${"1".repeat(64)}  /hab/pkgs/${name}\n`,
    )
    for (const fileList of [undefined, "", lines[0], lines.join("")]) {
      const text = sbom({ fileList })
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    }
    const { components } = JSON.parse(sbom({ fileList: lines.join("") })) as { components: { name: string }[] }
    const names = ["/hab/pkgs/bin/a b ", '/hab/pkgs/share/"quoted"', "/hab/pkgs/share/x\u2028y"]
    expect(components.slice(-3).map(({ name }) => name)).toEqual(names)
  })

  it("is the same text each time", () => {
    expect(sbom()).toBe(sbom())
  })

  it("of a package that tells nothing holds the package alone", () => {
    const metadata = { deps: [], tdeps: [], buildDeps: [], manifest: undefined, target: "x86_64-linux" } as const
    const document = JSON.parse(sbom({ metadata, fileList: undefined }))
    expect([document.components, document.dependencies.length]).toEqual([[], 1])
  })
})
