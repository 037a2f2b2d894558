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
  /** Everything installed that needs it, directly or not, nearest first. */
  transitiveDependents(ident: string): readonly string[]
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
  const dependents = (ident: string) => backward.get(ident) ?? []
  return {
    deps,
    dependents,
    transitiveDeps: (ident) => reachable(ident, (from) => deps(from).filter((dep) => forward.has(dep))),
    transitiveDependents: (ident) => reachable(ident, dependents),
  }
}

/** Level by level; a cycle leads nowhere new. */
function reachable(start: string, next: (ident: string) => readonly string[]): string[] {
  const found = new Set<string>()
  for (let level = [start]; level.length > 0; ) {
    level = [...new Set(level.flatMap(next))].filter((ident) => ident !== start && !found.has(ident))
    for (const ident of level) found.add(ident)
  }
  return [...found]
}
