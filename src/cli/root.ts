import { createLayout, type Layout } from "../base/layout.ts"
import type { Enclosure } from "../ports/enclosure.ts"
import type { Host } from "../ports/host.ts"

export type Root = Readonly<{
  path: string
  /** Where caches and cli.toml of an ordinary user without FS_ROOT live. */
  home?: string
  /** True when nobody chose this root: not root, and FS_ROOT is not set (decisions, "Roots"). */
  chosenForUser: boolean
}>

/** The root of this invocation: FS_ROOT, `/` for root, or the user's own data directory. */
export function chooseRoot({ env, users, cwd }: Pick<Host, "env" | "users" | "cwd">): Root {
  const given = env["FS_ROOT"] ?? ""
  if (given !== "") return { path: absolute(given, cwd), chosenForUser: false }
  if (users.current.uid === 0) return { path: "/", chosenForUser: false }
  const home = users.current.home
  const data = env["XDG_DATA_HOME"] || `${home}/.local/share`
  return { path: `${data}/hab-root`, home, chosenForUser: true }
}

function absolute(path: string, cwd: string): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`
}

/** Creates the root's `hab` directory where it is missing. True when it was created now. */
export function prepareRoot({ files }: Pick<Host, "files">, root: Root): boolean {
  const hab = `${root.path === "/" ? "" : root.path}/hab`
  const isNew = files.stat(hab) === undefined
  files.makeDirectories(root.path === "/" ? hab : `${hab}/.enclosure`)
  return isNew
}

/** The layout for a root. Whether packages can see `/hab` there is asked when the prefix is. */
export function layoutOf(root: Root, enclosure: Pick<Enclosure, "enclosed" | "probe">): Layout {
  return createLayout({
    root: root.path,
    get enclosed() {
      return enclosure.enclosed
    },
    probe: async () => enclosure.probe?.(),
    ...(root.home === undefined ? {} : { home: root.home }),
  })
}
