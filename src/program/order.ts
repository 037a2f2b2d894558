import { HabError } from "../base/errors.ts"

/** Something that comes after others. */
export type Ordered = Readonly<{ key: string; after: readonly string[] }>

/**
 * The items, each behind what it comes after; otherwise in the order given. Keys that are not among the items do not
 * count. Throws APPLY_CYCLE with the way round.
 */
export function inOrder<T extends Ordered>(items: readonly T[]): readonly T[] {
  const known = new Map(items.map((item) => [item.key, item]))
  const placed = new Set<string>()
  const ordered: T[] = []
  const place = (item: T, way: readonly string[]): void => {
    if (placed.has(item.key)) return
    if (way.includes(item.key)) throw cycle([...way.slice(way.indexOf(item.key)), item.key])
    for (const key of item.after) {
      const before = known.get(key)
      if (before !== undefined) place(before, [...way, item.key])
    }
    placed.add(item.key)
    ordered.push(item)
  }
  for (const item of items) place(item, [])
  return ordered
}

function cycle(way: readonly string[]): HabError {
  const names = way.map((key) => key.replace(/[<>]$/, "")).filter((name, index, all) => name !== all[index - 1])
  return new HabError("APPLY_CYCLE", `these wait for each other: ${names.join(" → ")}`, {
    hint: "take one of the depends_on away",
  })
}
