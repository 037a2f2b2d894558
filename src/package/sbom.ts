import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { PackageMetadata } from "./metadata.ts"
import { textLines } from "./metadata-text.ts"

/** What a bill of materials is made from: the package, and what it needs as far as it is known. */
export type SbomInput = Readonly<{
  ident: FullIdent
  metadata: Pick<PackageMetadata, "deps" | "tdeps" | "buildDeps" | "manifest" | "target">
  /** The text of FILES; undefined when the package has none. */
  fileList: string | undefined
  /** DEPS of a package of `tdeps`; undefined when it is not installed here. */
  depsOf: (ident: FullIdent) => readonly FullIdent[] | undefined
  tool: string
}>

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/**
 * A CycloneDX 1.6 document of a package: itself, its runtime closure, its files with their hashes. The same package gives
 * the same bytes: the time is its release, and there is no random serial number.
 */
export function sbomText(input: SbomInput): string {
  const { ident, metadata } = input
  const document: Json = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: releaseTime(ident.release),
      tools: {
        components: [
          { type: "application", name: input.tool.split(" ")[0] ?? "", version: input.tool.split(" ")[1] ?? "" },
        ],
      },
      component: { ...packageComponent(ident, "application"), ...manifestFacts(metadata.manifest) },
    },
    components: [
      ...metadata.tdeps.map((dependency) => ({ ...packageComponent(dependency, "library"), scope: "required" })),
      ...metadata.buildDeps
        .filter((dependency) => !metadata.tdeps.some((other) => stringifyIdent(other) === stringifyIdent(dependency)))
        .map((dependency) => ({ ...packageComponent(dependency, "library"), scope: "excluded" })),
      ...fileComponents(input.fileList),
    ],
    dependencies: dependencyGraph(input),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function referenceOf({ origin, name, version, release }: FullIdent): string {
  return `pkg:habitat/${origin}/${name}@${encodeURIComponent(version)}?release=${release}`
}

function packageComponent(ident: FullIdent, type: string) {
  const purl = referenceOf(ident)
  return { type, "bom-ref": purl, group: ident.origin, name: ident.name, version: ident.version, purl }
}

function releaseTime(release: string): string {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)$/.exec(release) ?? []
  return year === undefined ? release : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}

/** What MANIFEST tells of the program: licenses, home, source with its checksum. */
function manifestFacts(manifest: string | undefined): { readonly [key: string]: Json } {
  const bullet = (label: string) => new RegExp(`^\\* __${label}__: (.*)$`, "m").exec(manifest ?? "")?.[1]?.trim() ?? ""
  const licenses = bullet("License").split(/\s+/).filter(Boolean)
  const link = (label: string) => /^\[(.+)\]\(.+\)$/.exec(bullet(label))?.[1]
  const sha256 = /^`([0-9a-fA-F]{64})`$/.exec(bullet("SHA"))?.[1]
  const [home, source] = [link("Upstream URL"), link("Source")]
  const hashes = sha256 === undefined ? {} : { hashes: [{ alg: "SHA-256", content: sha256.toLowerCase() }] }
  const references = [
    ...(home === undefined ? [] : [{ type: "website", url: home }]),
    ...(source === undefined ? [] : [{ type: "source-distribution", url: source, ...hashes }]),
  ]
  const description = manifest?.split("\n")[1]?.trim() ?? ""
  return {
    ...(description === "" ? {} : { description }),
    ...(licenses.length === 0 ? {} : { licenses: licenses.map((name) => ({ license: { name } })) }),
    ...(references.length === 0 ? {} : { externalReferences: references }),
  }
}

function fileComponents(fileList: string | undefined) {
  return textLines(fileList ?? "").flatMap((line) => {
    const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line)
    if (match === null) return []
    const [, content = "", name = ""] = match
    return [{ type: "file", name, hashes: [{ alg: "BLAKE2b-256", content }] }]
  })
}

function dependencyGraph({ ident, metadata, depsOf }: SbomInput) {
  const edges = (from: FullIdent, to: readonly FullIdent[]) => ({
    ref: referenceOf(from),
    dependsOn: to.map(referenceOf),
  })
  const transitive = metadata.tdeps.flatMap((dependency) => {
    const deps = depsOf(dependency)
    return deps === undefined ? [] : [edges(dependency, deps)]
  })
  return [edges(ident, metadata.deps), ...transitive]
}
