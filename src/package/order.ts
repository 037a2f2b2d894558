import type { FullIdent, PackageIdent } from "./ident.ts"
import { compareText, compareVersions, type Order } from "./version.ts"

/**
 * The order that chooses the latest release; undefined means "no order" (spec package §1.4, partial order). The origin
 * does not count, and two identifiers without a release have no order even if their versions differ.
 */
export function comparePartially(a: PackageIdent, b: PackageIdent): Order | undefined {
  if (a.name !== b.name) return undefined
  if (a.version === undefined || b.version === undefined) return preferPresent(a.version, b.version)
  if (a.release === undefined || b.release === undefined) return preferPresent(a.release, b.release)
  const byVersion = compareVersions(a.version, b.version) ?? compareText(a.version, b.version)
  return byVersion === 0 ? compareText(a.release, b.release) : byVersion
}

function preferPresent(a: string | undefined, b: string | undefined): Order | undefined {
  if (a === undefined && b === undefined) return undefined
  return a === undefined ? -1 : 1
}

/** The order of "at least this version": name, version, release; an unknown version order is "less" (§1.4, total order). */
export function compareTotally(a: FullIdent, b: FullIdent): Order {
  return firstDifference(
    () => compareText(a.name, b.name),
    () => compareVersions(a.version, b.version) ?? -1,
    () => compareText(a.release, b.release),
  )
}

/**
 * The order of listings and of uninstalling: origin, name, version, release (§1.4, by-parts order). Versions that
 * cannot be compared go by their text, so that sorting is well defined.
 */
export function compareByParts(a: FullIdent, b: FullIdent): Order {
  return firstDifference(
    () => compareText(a.origin, b.origin),
    () => compareText(a.name, b.name),
    () => compareVersions(a.version, b.version) ?? compareText(a.version, b.version),
    () => compareText(a.release, b.release),
  )
}

function firstDifference(...comparisons: readonly (() => Order)[]): Order {
  for (const compare of comparisons) {
    const order = compare()
    if (order !== 0) return order
  }
  return 0
}

/** The latest by the partial order: the first one stays until a strictly greater one comes. Undefined for none. */
export function latestOf<T>(items: readonly T[], identOf: (item: T) => PackageIdent): T | undefined {
  let winner: T | undefined
  for (const item of items) {
    if (winner === undefined || comparePartially(identOf(item), identOf(winner)) === 1) winner = item
  }
  return winner
}
