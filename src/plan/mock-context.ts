import type { Layout } from "../base/layout.ts"
import { resolveExports } from "../config/exports.ts"
import { valueAt } from "../config/layers.ts"
import { mergeConfig } from "../config/merge.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "../config/value.ts"
import { type FullIdent, parseIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type CensusMember, serviceView, standaloneMember } from "../templating/census-view.ts"
import {
  type BindView,
  installContext,
  type PackageView,
  packageViewOf,
  runtimeContext,
} from "../templating/context.ts"
import type { TemplateContext, TemplateTable } from "../templating/values.ts"
import type { PlanValues } from "./variables.ts"

/** What a template is rendered with while its package is not installed. */
export type MockRequest = Readonly<{
  /** What the plan says; undefined for templates without a plan. */
  values: PlanValues | undefined
  /** Stands in for the package's name where there is no plan. */
  name: string
  /** default.toml with user.toml on top. */
  config: ConfigTable
  /** The mock data: what it says of a key besides `cfg` is all there is of that; its `cfg` is merged on top. */
  mock: TemplateTable & ReadonlyMap<string, unknown>
  /** Members of the service's own group, and of each that is bound. */
  members: number
}>

export type MockContext = Readonly<{ runtime: TemplateContext; install: TemplateContext }>

type Surroundings = Readonly<{ files: FileSystem; layout: Layout; store: PackageStore }>

const RELEASE = "20240102030405"
const PORTS_FROM = 8080

/**
 * A group of members that are all alive, and one for each bind with values under the names it asks for: what templates
 * see of a service in a small healthy cluster (spec supervisor §5.1). The same request gives the same context.
 */
export function mockContext(surroundings: Surroundings, request: MockRequest): MockContext {
  const { mock, values } = request
  const given = mock.get("cfg") as ConfigValue | undefined
  const config = isConfigTable(given) ? mergeConfig(request.config, given) : request.config
  const pkg = mockPackage(surroundings, request, config)
  const ident = { origin: pkg.origin, name: pkg.name, version: pkg.version, release: pkg.release }
  const exported = resolveExports(pkg.exports, config).values
  const own = mockMembers(ident.name, ident, exported, { count: request.members, network: 0 })
  const [me] = own
  const { hostname, ...addresses } = me.sys
  const sys = { version: `0/${RELEASE}`, member_id: me.member_id, ...addresses, hostname, permanent: false }
  const bind = values === undefined ? {} : mockBinds(values, request.members)
  const runtime = runtimeContext({ sys, pkg, cfg: config, svc: serviceView(me, own), bind })
  const over = Object.fromEntries(
    [...mock].filter(([key]) => key !== "cfg" || !isConfigTable(given)),
  ) as TemplateContext
  return { runtime: { ...runtime, ...over }, install: { ...installContext({ pkg, cfg: config }), ...over } }
}

function mockPackage(surroundings: Surroundings, { values, name }: MockRequest, config: ConfigTable): PackageView {
  const ident: FullIdent = {
    origin: values?.pkg_origin || "demo",
    name: values?.pkg_name || name,
    version: values?.pkg_version || "0.1.0",
    release: RELEASE,
  }
  const path = `${surroundings.layout.prefix}/pkgs/${stringifyIdent(ident)}`
  const exports = Object.fromEntries(values?.pkg_exports ?? [])
  const programs = (values?.pkg_bin_dirs ?? []).map((directory) => `${path}/${directory}`)
  return packageViewOf(surroundings.layout, {
    ident,
    path,
    deps: mockDependencies(surroundings, values?.pkg_deps ?? []),
    exposes: (values?.pkg_exposes ?? []).map((key) => String(valueAt(config, (exports[key] ?? key).split(".")) ?? "")),
    exports,
    env: { PATH: [...programs, "/usr/bin", "/bin"].join(":") },
    user: values?.pkg_svc_user || "hab",
    group: values?.pkg_svc_group || "hab",
  })
}

/** The releases that are installed with what they need; one that is not stands there with a version of its own. */
function mockDependencies({ files, store }: Surroundings, deps: readonly string[]): FullIdent[] {
  const found = deps.flatMap((text) => {
    const wish = parseIdent(text)
    const pkg = store.find(wish)
    if (pkg !== undefined) return [pkg.ident, ...readMetadata({ files }, pkg).tdeps]
    return [{ ...wish, version: wish.version ?? "1.0.0", release: wish.release ?? RELEASE }]
  })
  return [...new Map(found.map((ident) => [stringifyIdent(ident), ident])).values()]
}

function mockBinds({ pkg_binds, pkg_binds_optional }: PlanValues, members: number): Record<string, BindView> {
  const binds = [...pkg_binds, ...pkg_binds_optional].map(([name, keys], index) => {
    const exported = new Map(
      keys
        .split(/\s+/)
        .filter(Boolean)
        .map((key, at) => [key, mockValue(name, key, PORTS_FROM + at)]),
    )
    const ident = { origin: "demo", name, version: "1.0.0", release: RELEASE }
    const {
      first,
      leader,
      members: bound,
    } = groupOf(mockMembers(name, ident, exported, { count: members, network: index + 1 }))
    return [name, { first, leader, members: bound }] as const
  })
  return Object.fromEntries(binds)
}

function groupOf(members: Members) {
  return serviceView(members[0], members)
}

function mockValue(bind: string, key: string, port: number): ConfigValue {
  return /port/i.test(key) ? port : `${bind}-${key}`
}

type Members = readonly [CensusMember, ...CensusMember[]]

function mockMembers(
  service: string,
  ident: FullIdent,
  exported: ConfigTable,
  { count, network }: Readonly<{ count: number; network: number }>,
): Members {
  const member = (number: number) => {
    const ip = `10.0.${network}.${number}`
    const hostname = `${service}-${number}`
    const sys = {
      ip,
      hostname,
      gossip_ip: ip,
      gossip_port: 9638,
      http_gateway_ip: ip,
      http_gateway_port: 9631,
      ctl_gateway_ip: "127.0.0.1",
      ctl_gateway_port: 9632,
    }
    const memberId = `${network}`.padStart(16, "0") + `${number}`.padStart(16, "0")
    return standaloneMember({ memberId, service, group: "default", ident, sys, exported })
  }
  const others = Array.from({ length: Math.max(0, count - 1) }, (_, index) => member(index + 2))
  return [member(1), ...others]
}
