import type { ServiceSpec } from "../spec/spec.ts"

/** What the order is about: a service and the names it depends on. */
type Ordered = Pick<ServiceSpec, "ident" | "own">

/**
 * Services by levels: each level depends on earlier ones only, so all of a level may start at once, and a stop goes the
 * levels backwards. What a name outside the list depends on is nobody's concern here. A circle is complained of, and its
 * members come last.
 */
export function orderServices<S extends Ordered>(
  services: readonly S[],
  complain: (message: string) => void = () => undefined,
): S[][] {
  const names = services.map(({ ident }) => ident.name)
  const levels: S[][] = []
  let rest = [...services]
  const placed = new Set<string>()
  while (rest.length > 0) {
    const level = rest.filter(({ own }) =>
      Object.keys(own.dependsOn ?? {}).every((name) => placed.has(name) || !names.includes(name)),
    )
    if (level.length === 0) {
      complain(`these services wait for each other: ${rest.map(({ ident }) => ident.name).join(", ")}`)
      return [...levels, rest]
    }
    for (const { ident } of level) placed.add(ident.name)
    levels.push(level)
    rest = rest.filter((one) => !level.includes(one))
  }
  return levels
}
