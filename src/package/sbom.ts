import { type FullIdent, stringifyIdent } from "./ident.ts"
import type { PackageMetadata } from "./metadata.ts"

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
 * A CycloneDX 1.6 document of a package, part by part: itself, its runtime closure, its files with their hashes. The same
 * package gives the same bytes: the time is its release, and there is no random serial number. A package may have half a
 * million files, so no more than one of them is held at a time.
 */
export function* sbomParts(input: SbomInput): Iterable<string> {
  const { ident, metadata } = input
  const [name = "", version = ""] = input.tool.split(" ")
  const about = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: releaseTime(ident.release),
      tools: { components: [{ type: "application", name, version }] },
      component: { ...packageComponent(ident, "application"), ...manifestFacts(metadata.manifest) },
    },
  }
  yield `${printed(about, "").slice(0, -"\n}".length)},\n  "components": [`
  let isFirst = true
  for (const component of components(input)) {
    yield `${isFirst ? "" : ","}\n    ${printed(component, "    ")}`
    isFirst = false
  }
  yield `${isFirst ? "" : "\n  "}],\n  "dependencies": ${printed(dependencyGraph(input), "  ")}\n}\n`
}

function* components({ metadata: { tdeps, buildDeps }, fileList }: SbomInput): Iterable<Json> {
  for (const dependency of tdeps) yield { ...packageComponent(dependency, "library"), scope: "required" }
  const needed = new Set(tdeps.map(stringifyIdent))
  for (const dependency of buildDeps.filter((one) => !needed.has(stringifyIdent(one)))) {
    yield { ...packageComponent(dependency, "library"), scope: "excluded" }
  }
  for (const [, content = "", name = ""] of (fileList ?? "").matchAll(/^([0-9a-f]{64}) {2}([^\r\n]+)/gm)) {
    yield { type: "file", name, hashes: [{ alg: "BLAKE2b-256", content }] }
  }
}

/** As a part of a document that is indented by two. */
function printed(value: Json, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${indent}`)
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
