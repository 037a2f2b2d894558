/**
 * Every path under the root (spec/package.md §8.1, spec/supervisor.md §0).
 *
 * Two views of the same tree: a *host* path is what we open (`/srv/x/hab/svc/redis`), an *inner* path is what packages,
 * hooks and templates see and what is written into metadata (`/hab/svc/redis`). They are equal when the root is `/`.
 */
export type Layout = Readonly<{
  /** Filesystem root without a trailing slash; "" is `/`. */
  root: string
  /** The `hab` directory as packages see it: `/hab`, or the host path where namespaces are refused (decisions A). */
  prefix: string
  /** The prefix, found out while other work goes on: afterwards `prefix` is told at once. */
  findPrefix(): Promise<string>
  /** The `hab` directory as we open it. */
  hab: string
  cacheArtifacts: string
  cacheKeys: string
  cacheSources: string
  cliConfig: string
}>

export type LayoutOptions = Readonly<{
  /** `/` or the directory given by FS_ROOT. */
  root: string
  /** False where namespaces are refused: packages then see the host's path. Asked for when the prefix is. */
  enclosed: boolean
  /** Finds out whether namespaces work while other work goes on. Left out, `enclosed` is known. */
  probe?: () => Promise<void>
  /** Home of an ordinary user without FS_ROOT: caches and cli.toml live in `~/.hab` (spec/package.md §8.1). */
  home?: string
}>

/** Default folder of binlinks (spec package §5.2). */
export const BINLINK_DIRECTORY = "/bin"

/** The layout below a root; nothing is created. */
export function createLayout(options: LayoutOptions): Layout {
  const root = options.root === "/" ? "" : options.root.replace(/\/+$/, "")
  const hab = `${root}/hab`
  const own = options.home === undefined ? hab : `${options.home}/.hab`
  const prefix = () => (root === "" || options.enclosed ? "/hab" : hab)
  return {
    root,
    get prefix() {
      return prefix()
    },
    async findPrefix() {
      if (root !== "") await options.probe?.()
      return prefix()
    },
    hab,
    cacheArtifacts: `${own}/cache/artifacts`,
    cacheKeys: `${own}/cache/keys`,
    cacheSources: `${own}/cache/src`,
    cliConfig: `${own}/etc/cli.toml`,
  }
}

/** Where we open what a package calls `inner`. Paths outside the hab directory are the same in both views. */
export function hostPath(layout: Layout, inner: string): string {
  if (inner === layout.prefix) return layout.hab
  return inner.startsWith(`${layout.prefix}/`) ? layout.hab + inner.slice(layout.prefix.length) : inner
}

/** What packages, hooks and templates call the host path `host`. */
export function innerPath(layout: Layout, host: string): string {
  if (host === layout.hab) return layout.prefix
  return host.startsWith(`${layout.hab}/`) ? layout.prefix + host.slice(layout.hab.length) : host
}

/** The directory of one release, as a host path. */
export function packagePath(
  layout: Layout,
  ident: Readonly<{ origin: string; name: string; version: string; release: string }>,
): string {
  return `${layout.hab}/pkgs/${ident.origin}/${ident.name}/${ident.version}/${ident.release}`
}

/** Service directories of one service name, as host paths (spec/supervisor.md §2.4). */
export function servicePaths(layout: Layout, name: string) {
  const service = `${layout.hab}/svc/${name}`
  return {
    service,
    config: `${service}/config`,
    configInstall: `${service}/config_install`,
    data: `${service}/data`,
    files: `${service}/files`,
    hooks: `${service}/hooks`,
    logs: `${service}/logs`,
    static: `${service}/static`,
    var: `${service}/var`,
    pidFile: `${service}/PID`,
    run: `${service}/run`,
    userConfig: `${layout.hab}/user/${name}/config/user.toml`,
    overlayHooks: `${layout.hab}/user/${name}/hooks.toml`,
  } as const
}

/** The supervisor's own directory, as host paths (spec/supervisor.md §0, decisions C, D, I). */
export function supervisorPaths(layout: Layout) {
  const state = `${layout.hab}/sup/default`
  return {
    state,
    memberId: `${state}/MEMBER_ID`,
    lock: `${state}/LOCK`,
    ctlSecret: `${state}/CTL_SECRET`,
    specs: `${state}/specs`,
    sets: `${state}/sets`,
    data: `${state}/data`,
    config: `${state}/config/sup.toml`,
    logs: `${state}/logs`,
    run: `${state}/run`,
    /** What running hooks are told, by service: their own users read it. */
    events: `${state}/events`,
    controlSocket: `${state}/run/control.sock`,
    fifos: `${state}/run/fifo`,
    processes: `${state}/run/processes`,
    launcherPid: `${layout.hab}/launcher/PID`,
  } as const
}
