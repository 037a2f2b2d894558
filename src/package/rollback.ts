import { HabError } from "../base/errors.ts"
import { type FullIdent, type PackageIdent, stringifyIdent } from "./ident.ts"
import { compareByParts } from "./order.ts"
import type { InstalledPackage, PackageStore } from "./store.ts"

export type RollbackPlan = Readonly<{
  target: InstalledPackage
  /** Newer than the target, oldest first. */
  newer: readonly FullIdent[]
}>

/**
 * What going back takes: the release to be the newest again, and those that are newer. Without a version the one before
 * the newest is meant. Throws PACKAGE_NOT_FOUND and ROLLBACK_IMPOSSIBLE.
 */
export function planRollback(store: PackageStore, wish: PackageIdent): RollbackPlan {
  const { origin, name } = wish
  const releases = store.list({ origin, name })
  const newest = store.load({ origin, name })
  const isNamed = wish.version !== undefined || wish.range !== undefined
  const target = isNamed ? store.load(wish) : releases.at(-2)
  if (target === undefined || target.path === newest.path) {
    const why = target === undefined ? "is the only one that is installed" : "is the newest already"
    throw new HabError("ROLLBACK_IMPOSSIBLE", `${stringifyIdent(newest.ident)} ${why}`, {
      hint: `install an older one first: hab pkg list ${origin}/${name} shows which there are`,
    })
  }
  const newer = releases.map(({ ident }) => ident).filter((ident) => compareByParts(ident, target.ident) > 0)
  return { target, newer }
}
