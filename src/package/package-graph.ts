import type { FileSystem } from "../ports/file-system.ts"
import { type FullIdent, stringifyIdent } from "./ident.ts"
import { readMetadata } from "./metadata.ts"
import type { InstalledPackage } from "./store.ts"

/** Who needs whom among installed packages, by the text of their identifiers. Edges are those of DEPS. */
export type PackageGraph = Readonly<{
  /** What it needs directly, in the order of DEPS; installed or not. */
  deps(ident: string): readonly string[]
  /** Installed packages that need it directly. */
  dependents(ident: string): readonly string[]
  /** Everything installed that it needs, nearest first. */
  transitiveDeps(ident: string): readonly string[]
}>

/** Reads the DEPS of every given package (spec package §6). Throws METADATA_INVALID. */
export function readGraph(
  { files }: { files: Pick<FileSystem, "readTextIfPresent"> },
  packages: readonly InstalledPackage[],
): PackageGraph {
  return createGraph(packages.map((pkg) => ({ ident: pkg.ident, deps: readMetadata({ files }, pkg).deps })))
}

/** A graph from its edges. */
export function createGraph(
  packages: readonly Readonly<{ ident: FullIdent; deps: readonly FullIdent[] }>[],
): PackageGraph {
  const forward = new Map(packages.map(({ ident, deps }) => [stringifyIdent(ident), deps.map(stringifyIdent)]))
  const backward = new Map<string, string[]>()
  for (const [ident, deps] of forward) {
    for (const dep of new Set(deps)) backward.set(dep, [...(backward.get(dep) ?? []), ident])
  }
  const deps = (ident: string) => forward.get(ident) ?? []
  const transitiveDeps = (ident: string) => {
    const found = new Set<string>()
    for (let level = [ident]; level.length > 0; ) {
      const next = level.flatMap(deps).filter((dep) => dep !== ident && forward.has(dep) && !found.has(dep))
      for (const dep of next) found.add(dep)
      level = [...new Set(next)]
    }
    return [...found]
  }
  return { deps, transitiveDeps, dependents: (ident) => backward.get(ident) ?? [] }
}
