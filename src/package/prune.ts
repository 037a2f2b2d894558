import { type FullIdent, satisfies, stringifyIdent } from "./ident.ts"
import { compareByParts } from "./order.ts"
import type { PackageGraph } from "./package-graph.ts"

export type PruneRules = Readonly<{
  /** How many releases of each package stay, the newest; at least 1. */
  keep: number
  /** What stays besides: loaded services, and what the user names. */
  isRoot: (ident: FullIdent) => boolean
}>

/** hab does not remove itself (spec package §6). */
const OWN_PACKAGE = { origin: "chef", name: "hab" }

/**
 * Which installed releases nothing needs: not among the newest of their package, no root, and not needed by what stays.
 * In an order in which they can be removed one by one: whoever needs another goes before it, otherwise oldest first.
 */
export function planPrune(
  installed: readonly FullIdent[],
  graph: Pick<PackageGraph, "transitiveDeps" | "dependents">,
  { keep, isRoot }: PruneRules,
): FullIdent[] {
  const roots = [
    ...newest(installed, keep),
    ...installed.filter((ident) => isRoot(ident) || satisfies(ident, OWN_PACKAGE)),
  ]
  const stays = new Set(roots.map(stringifyIdent))
  for (const root of [...stays]) for (const dep of graph.transitiveDeps(root)) stays.add(dep)
  const going = installed.filter((ident) => !stays.has(stringifyIdent(ident))).sort(compareByParts)
  return dependentsFirst(going, graph)
}

function newest(installed: readonly FullIdent[], keep: number): FullIdent[] {
  const byName = new Map<string, FullIdent[]>()
  for (const ident of [...installed].sort(compareByParts)) {
    const name = `${ident.origin}/${ident.name}`
    byName.set(name, [...(byName.get(name) ?? []), ident])
  }
  return [...byName.values()].flatMap((releases) => releases.slice(-keep))
}

function dependentsFirst(going: readonly FullIdent[], graph: Pick<PackageGraph, "dependents">): FullIdent[] {
  const left = new Map(going.map((ident) => [stringifyIdent(ident), ident]))
  const ordered: FullIdent[] = []
  while (left.size > 0) {
    const free = [...left].find(([text]) => !graph.dependents(text).some((user) => left.has(user)))
    // Packages that need each other can only go in any order.
    const [text, ident] = free ?? [...left][0] ?? ["", undefined]
    left.delete(text)
    if (ident !== undefined) ordered.push(ident)
  }
  return ordered
}
