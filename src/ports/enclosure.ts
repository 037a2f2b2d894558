/** A directory shown at another place, where one exists already: `from` on the host, `at` as the command sees it. */
export type BindMount = Readonly<{ from: string; at: string }>

/** Something of the host that a sandbox shows, `from` there, `at` inside. What does not exist is passed over. */
export type VisiblePath = BindMount & Readonly<{ writable: boolean }>

/**
 * The argv that runs a command where nothing of the host is visible but the programs a build is made of and what is
 * named, parents before what lies in them; no network, a /tmp of its own.
 */
export type Sandbox = (
  argv: readonly [string, ...string[]],
  visible: readonly VisiblePath[],
) => readonly [string, ...string[]]

/**
 * How a command is made to see `$ROOT/hab` as `/hab` (decisions A). `wrap` returns the argv that does so; with the root
 * `/`, or where namespaces are refused, it returns the argv unchanged.
 */
export type Enclosure = Readonly<{
  /** True when packages see `/hab`: the root is `/`, or namespaces work here. Trying that takes 20 ms, at first use. */
  enclosed: boolean
  /** Tries it now, while other work goes on: `enclosed` is told at once afterwards. Absent where nothing is to be tried. */
  probe?: (() => Promise<void>) | undefined
  wrap(argv: readonly [string, ...string[]]): readonly [string, ...string[]]
  /** As `wrap`, with a mount that the command and its children alone see. Absent where mounts are refused. */
  bind?: ((argv: readonly [string, ...string[]], mount: BindMount) => readonly [string, ...string[]]) | undefined
  /** Asked for when needed: trying takes a moment. Undefined where namespaces are refused. */
  sandbox?: (() => Sandbox | undefined) | undefined
}>
