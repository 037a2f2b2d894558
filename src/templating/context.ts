import { innerPath, type Layout, servicePaths } from "../base/layout.ts"
import type { ConfigTable } from "../config/value.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { CensusMember, ServiceView } from "./census-view.ts"
import type { TemplateContext } from "./values.ts"

/** What templates see as `sys`: this supervisor (spec supervisor §5.1). Names are the templates' own. */
export type SystemView = Readonly<{
  version: string
  member_id: string
  ip: string
  hostname: string
  gossip_ip: string
  gossip_port: number
  http_gateway_ip: string
  http_gateway_port: number
  ctl_gateway_ip: string
  ctl_gateway_port: number
  permanent: boolean
}>

/** What templates see as `pkg` (spec supervisor §5.1). Paths are inner paths. */
export type PackageView = Readonly<{
  ident: string
  origin: string
  name: string
  version: string
  release: string
  /** Everything the package needs at run time: TDEPS. */
  deps: readonly FullIdent[]
  env: Readonly<Record<string, string>>
  exposes: readonly string[]
  exports: Readonly<Record<string, string>>
  path: string
  svc_path: string
  svc_config_path: string
  svc_data_path: string
  svc_files_path: string
  svc_static_path: string
  svc_var_path: string
  svc_pid_file: string
  svc_run: string
  svc_user: string
  svc_group: string
}>

/** What templates see as one entry of `bind`: a satisfied bind (spec supervisor §5.1). */
export type BindView = Readonly<{
  first: CensusMember | null
  leader: CensusMember | null
  members: readonly CensusMember[]
}>

/** The `pkg` of an installed package. `env` is the environment its processes get; `user` and `group` those chosen. */
export function packageView(
  context: Readonly<{ files: Pick<FileSystem, "readTextIfPresent">; layout: Layout }>,
  given: Readonly<{
    pkg: InstalledPackage
    env: Readonly<Record<string, string>>
    user: string
    group: string
  }>,
): PackageView {
  const { ident, innerPath: path } = given.pkg
  const metadata = readMetadata(context, given.pkg)
  const service = servicePaths(context.layout, ident.name)
  const inner = (host: string) => innerPath(context.layout, host)
  return {
    ident: stringifyIdent(ident),
    origin: ident.origin,
    name: ident.name,
    version: ident.version,
    release: ident.release,
    deps: metadata.tdeps,
    env: given.env,
    exposes: metadata.exposes,
    exports: metadata.exports,
    path,
    svc_path: inner(service.service),
    svc_config_path: inner(service.config),
    svc_data_path: inner(service.data),
    svc_files_path: inner(service.files),
    svc_static_path: inner(service.static),
    svc_var_path: inner(service.var),
    svc_pid_file: inner(service.pidFile),
    svc_run: inner(service.run),
    svc_user: given.user,
    svc_group: given.group,
  }
}

/** What config templates and the hooks of a running service see: all five keys, always. */
export function runtimeContext(
  given: Readonly<{
    sys: SystemView
    pkg: PackageView
    cfg: ConfigTable
    svc: ServiceView
    /** By bind name; only satisfied binds. */
    bind: Readonly<Record<string, BindView>>
  }>,
): TemplateContext {
  const bind = new Map(Object.entries(given.bind).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { sys: given.sys, pkg: given.pkg, cfg: given.cfg, svc: given.svc, bind }
}

/** What `config_install/` and the hooks install and uninstall see: a package, not a service (spec supervisor §4). */
export function installContext(given: Readonly<{ pkg: PackageView; cfg: ConfigTable }>): TemplateContext {
  return { pkg: { ...given.pkg, svc_config_install_path: `${given.pkg.svc_path}/config_install` }, cfg: given.cfg }
}
