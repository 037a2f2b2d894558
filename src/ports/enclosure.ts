/**
 * How a command is made to see `$ROOT/hab` as `/hab` (decisions A). `wrap` returns the argv that does so; with the root
 * `/`, or where namespaces are refused, it returns the argv unchanged.
 */
export type Enclosure = Readonly<{
  /** True when packages see `/hab`: the root is `/`, or namespaces work here. */
  enclosed: boolean
  wrap(argv: readonly [string, ...string[]]): readonly [string, ...string[]]
}>
