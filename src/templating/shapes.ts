import type { ConfigTable } from "../config/value.ts"
import { type AddressView, serviceView, standaloneMember } from "./census-view.ts"
import { installContext, type PackageView, runtimeContext, type SystemView, UNKNOWN_PACKAGE } from "./context.ts"
import { entriesOf, isList, isTable, type TemplateContext, type TemplateValue } from "./values.ts"

/** What is known about a value before there is one. `any` may be anything: nothing below it is ever reported. */
export type Shape =
  | Readonly<{ tag: "any" }>
  | Readonly<{ tag: "leaf" }>
  | Readonly<{ tag: "list"; item: Shape }>
  | Readonly<{ tag: "table"; fields: ReadonlyMap<string, Shape> }>

export const ANY: Shape = { tag: "any" }
const LEAF: Shape = { tag: "leaf" }

/** The shape of an example: nothing, an empty list and an empty table leave open what they could hold. */
function shapeOf(value: TemplateValue): Shape {
  if (value === null || value === undefined) return ANY
  if (isList(value)) return { tag: "list", item: value.map(shapeOf).reduce(union, value.length === 0 ? ANY : NOTHING) }
  if (!isTable(value)) return LEAF
  const entries = entriesOf(value).map(([key, item]) => [key, shapeOf(item)] as const)
  return entries.length === 0 ? ANY : { tag: "table", fields: new Map(entries) }
}

const NOTHING: Shape = { tag: "table", fields: new Map() }

/** What a value is that may have either shape; a key of either may be there. */
function union(a: Shape, b: Shape): Shape {
  if (a === NOTHING) return b
  if (a.tag === "table" && b.tag === "table") {
    const fields = new Map(a.fields)
    for (const [key, shape] of b.fields) fields.set(key, union(fields.get(key) ?? shape, shape))
    return { tag: "table", fields }
  }
  if (a.tag === "list" && b.tag === "list") return { tag: "list", item: union(a.item, b.item) }
  return a.tag === "leaf" && b.tag === "leaf" ? LEAF : ANY
}

export type ContextShapeOptions = Readonly<{
  /** default.toml. */
  config: ConfigTable
  /** Names the package exports: what its own members show as `cfg`. */
  exports?: readonly string[]
  /** Names of its binds; undefined where they are not known. */
  binds?: readonly string[]
}>

/** What the templates of a running service see, as far as a plan says. */
export function runtimeShape(options: ContextShapeOptions): ReadonlyMap<string, Shape> {
  const fields = fieldsOf(runtimeContext({ sys: SYSTEM, pkg: PACKAGE, cfg: options.config, svc: SERVICE, bind: {} }))
  return new Map([...fields, ...knownParts(options), ["bind", bindShape(options.binds)]])
}

/** What `config_install/` and the hooks install and uninstall see. */
export function installShape(options: ContextShapeOptions): ReadonlyMap<string, Shape> {
  const fields = fieldsOf(installContext({ pkg: PACKAGE, cfg: options.config }))
  return new Map([...fields, ...knownParts(options)])
}

function knownParts({ config }: ContextShapeOptions): readonly (readonly [string, Shape])[] {
  return [["cfg", config.size === 0 ? NOTHING : shapeOf(config)]]
}

function bindShape(binds: readonly string[] | undefined): Shape {
  if (binds === undefined) return ANY
  const bind = shapeOf({ first: MEMBER, leader: MEMBER, members: [MEMBER] })
  return { tag: "table", fields: new Map(binds.map((name) => [name, bind])) }
}

function fieldsOf(context: TemplateContext): ReadonlyMap<string, Shape> {
  return new Map(Object.entries(context).map(([key, value]) => [key, shapeOf(value)]))
}

const IDENT = { origin: "o", name: "n", version: "v", release: "r" }
const ADDRESSES: AddressView = {
  ip: "",
  hostname: "",
  gossip_ip: "",
  gossip_port: 0,
  http_gateway_ip: "",
  http_gateway_port: 0,
  ctl_gateway_ip: "",
  ctl_gateway_port: 0,
}
const SYSTEM: SystemView = { ...ADDRESSES, version: "", member_id: "", permanent: false }
const PACKAGE: PackageView = { ...UNKNOWN_PACKAGE, ...IDENT, deps: [IDENT], exposes: [""] }
const MEMBER = standaloneMember({
  memberId: "",
  service: "",
  group: "",
  organization: "",
  ident: IDENT,
  sys: ADDRESSES,
  exported: new Map(),
  elected: true,
})
const SERVICE = { ...serviceView(MEMBER), update_leader: MEMBER }
