import { innerPath, type Layout, servicePaths } from "../base/layout.ts"
import type { ConfigTable } from "../config/value.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { AddressView, CensusMember, ServiceView } from "./census-view.ts"
import type { TemplateContext } from "./values.ts"

/** What templates see as `sys`: this supervisor (spec supervisor §5.1). Names are the templates' own. */
export type SystemView = AddressView & Readonly<{ version: string; member_id: string; permanent: boolean }>

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

/** What `pkg` is made of. `env` is what the package sets for its processes; `user` and `group` those chosen. */
export type PackageViewFacts = Readonly<{
  ident: FullIdent
  /** Inner path of the package. */
  path: string
  deps: readonly FullIdent[]
  exposes: readonly string[]
  exports: Readonly<Record<string, string>>
  env: Readonly<Record<string, string>>
  user: string
  group: string
}>

/** The `pkg` of a package of which nothing is known: texts are empty. */
export const UNKNOWN_PACKAGE: PackageView = {
  ident: "",
  origin: "",
  name: "",
  version: "",
  release: "",
  deps: [],
  env: {},
  exposes: [],
  exports: {},
  path: "",
  svc_path: "",
  svc_config_path: "",
  svc_data_path: "",
  svc_files_path: "",
  svc_static_path: "",
  svc_var_path: "",
  svc_pid_file: "",
  svc_run: "",
  svc_user: "",
  svc_group: "",
}

/** The `pkg` of an installed package. */
export function packageView(
  context: Readonly<{ files: Pick<FileSystem, "readTextIfPresent">; layout: Layout }>,
  { pkg, env, user, group }: Readonly<{ pkg: InstalledPackage }> & Pick<PackageViewFacts, "env" | "user" | "group">,
): PackageView {
  const { tdeps: deps, exposes, exports } = readMetadata(context, pkg)
  const { ident, innerPath: path } = pkg
  return packageViewOf(context.layout, { ident, path, deps, exposes, exports, env, user, group })
}

/** The `pkg` of a package of which these facts are known. */
export function packageViewOf(layout: Layout, facts: PackageViewFacts): PackageView {
  const { ident } = facts
  const service = servicePaths(layout, ident.name)
  const inner = (host: string) => innerPath(layout, host)
  return {
    ident: stringifyIdent(ident),
    origin: ident.origin,
    name: ident.name,
    version: ident.version,
    release: ident.release,
    deps: facts.deps,
    env: facts.env,
    exposes: facts.exposes,
    exports: facts.exports,
    path: facts.path,
    svc_path: inner(service.service),
    svc_config_path: inner(service.config),
    svc_data_path: inner(service.data),
    svc_files_path: inner(service.files),
    svc_static_path: inner(service.static),
    svc_var_path: inner(service.var),
    svc_pid_file: inner(service.pidFile),
    svc_run: inner(service.run),
    svc_user: facts.user,
    svc_group: facts.group,
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
