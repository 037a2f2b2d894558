import { HabError } from "../base/errors.ts"
import { type FullIdent, type PackageIdent, parseFullIdent, satisfies, stringifyIdent } from "./ident.ts"
import { compareByParts } from "./order.ts"
import type { PackageGraph } from "./package-graph.ts"
import type { InstalledPackage, PackageStore } from "./store.ts"

/** hab itself is never removed by hab (spec package §6). */
const OWN_PACKAGE: PackageIdent = { origin: "chef", name: "hab" }

/** Reasons to keep a package, besides being needed. */
export type KeepRules = Readonly<{
  /** Releases of loaded services, from the supervisor. */
  loaded: readonly FullIdent[]
  /** What the user wants kept; prefixes count. */
  exclude: readonly PackageIdent[]
}>

/** Dependencies to remove with a target, nearest first, and those that stay with the reason. */
export type DependencyPlan = Readonly<{
  remove: readonly FullIdent[]
  keep: readonly Readonly<{ ident: FullIdent; why: string }>[]
}>

/**
 * What to uninstall, oldest first: the latest release that answers the wish, or all but the newest `keepLatest`.
 * Throws PACKAGE_NOT_FOUND when a single release is meant and there is none.
 */
export function chooseTargets(store: PackageStore, wish: PackageIdent, keepLatest?: number): InstalledPackage[] {
  if (keepLatest === undefined) return [store.load(wish)]
  const found = store.list(wish).sort((a, b) => compareByParts(a.ident, b.ident))
  return found.slice(0, Math.max(0, found.length - keepLatest))
}

/** Why a package is not to be removed, or undefined. */
export function reasonToKeep(ident: FullIdent, { loaded, exclude }: KeepRules): string | undefined {
  if (satisfies(ident, OWN_PACKAGE)) return "hab does not remove itself"
  if (loaded.some((other) => stringifyIdent(other) === stringifyIdent(ident))) return "a loaded service uses it"
  return exclude.some((wish) => satisfies(ident, wish)) ? "it is excluded" : undefined
}

/** Throws PACKAGE_IN_USE when installed packages, other than those of `going`, need this one directly. */
export function checkUnused(graph: PackageGraph, ident: FullIdent, going: ReadonlySet<string> = new Set()): void {
  const users = graph.dependents(stringifyIdent(ident)).filter((user) => !going.has(user))
  if (users.length === 0) return
  throw new HabError(
    "PACKAGE_IN_USE",
    `'${stringifyIdent(ident)}' cannot be removed: ${users.length} installed packages depend on it (${users.join(", ")})`,
    { hint: "uninstall those first" },
  )
}

/**
 * Which dependencies of a target go with it: those that nothing needs but the target and what goes with it. A dependency
 * that is kept for a reason keeps what it needs itself.
 */
export function planDependencies(graph: PackageGraph, target: FullIdent, rules: KeepRules): DependencyPlan {
  const candidates = graph.transitiveDeps(stringifyIdent(target))
  const reasons = new Map<string, string>()
  for (const dep of candidates) {
    const why = reasonToKeep(parseFullIdent(dep), rules)
    if (why !== undefined) reasons.set(dep, why)
  }
  const going = new Set([stringifyIdent(target), ...candidates.filter((dep) => !reasons.has(dep))])
  const outside = (dep: string) => graph.dependents(dep).filter((user) => !going.has(user)).length
  // Whoever stays keeps what it needs, which may keep others: until nothing changes.
  for (let stays = neededOutside(); stays.length > 0; stays = neededOutside()) {
    for (const dep of stays) {
      reasons.set(dep, `${outside(dep)} other packages depend on it`)
      going.delete(dep)
    }
  }
  return {
    remove: candidates.filter((dep) => going.has(dep)).map(parseFullIdent),
    keep: [...reasons].map(([dep, why]) => ({ ident: parseFullIdent(dep), why })),
  }

  function neededOutside(): string[] {
    return candidates.filter((dep) => going.has(dep) && outside(dep) > 0)
  }
}
