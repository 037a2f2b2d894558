import type { ConfigTable } from "../config/value.ts"
import type { PackageMetadata } from "../package/metadata.ts"
import { type CensusMember, standaloneMember } from "../templating/census-view.ts"
import type { BindView, SystemView } from "../templating/context.ts"
import type { Release } from "./release.ts"
import { type ServiceGroup, stringifyServiceGroup } from "./service-group.ts"
import type { ServiceSpec } from "./spec/spec.ts"

/** What one supervisor without others knows of its service groups: each has one member, the service loaded here. */
export type Census = ReadonlyMap<string, CensusMember>

/** How a bind stands (spec supervisor §6.5). */
export type BindStanding =
  | { readonly tag: "satisfied"; readonly member: CensusMember }
  | { readonly tag: "not-present" }
  | { readonly tag: "lacks-exports"; readonly missing: readonly string[] }

/** The member a service of ours is. */
export function memberOf(
  facts: Readonly<{
    memberId: string
    group: ServiceGroup
    release: Release
    spec: ServiceSpec
    sys: SystemView
    exported: ConfigTable
  }>,
): CensusMember {
  const { version: _, hostname, permanent: __, member_id: ___, ...addresses } = facts.sys
  return standaloneMember({
    memberId: facts.memberId,
    service: facts.group.service,
    group: facts.group.group,
    ...(facts.group.organization === undefined ? {} : { organization: facts.group.organization }),
    ident: facts.release.pkg.ident,
    sys: { hostname, ...addresses, gossip_ip: facts.sys.ip },
    exported: facts.exported,
    elected: facts.spec.topology === "leader",
  })
}

/** How each bind of a service stands, in the order of its spec. */
export function bindStandings(
  spec: ServiceSpec,
  metadata: PackageMetadata,
  census: Census,
): ReadonlyMap<string, BindStanding> {
  const wanted = new Map([...metadata.binds, ...metadata.bindsOptional].map((bind) => [bind.name, bind.exports]))
  return new Map(
    spec.binds.map(({ name, group }): [string, BindStanding] => {
      const member = census.get(stringifyServiceGroup(group))
      if (member === undefined) return [name, { tag: "not-present" }]
      const missing = (wanted.get(name) ?? []).filter((key) => !member.cfg.has(key))
      return [name, missing.length > 0 ? { tag: "lacks-exports", missing } : { tag: "satisfied", member }]
    }),
  )
}

/** The `bind` of templates: satisfied binds only. */
export function bindViews(standings: ReadonlyMap<string, BindStanding>): Record<string, BindView> {
  const satisfied = [...standings].flatMap(([name, standing]) =>
    standing.tag === "satisfied" ? [[name, viewOf(standing.member)] as const] : [],
  )
  return Object.fromEntries(satisfied)
}

function viewOf(member: CensusMember): BindView {
  return { first: member, leader: member.leader ? member : null, members: [member] }
}

/** Whether a service may start: strict binding waits until every bind is satisfied, relaxed never waits. */
export function bindsMet(spec: ServiceSpec, standings: ReadonlyMap<string, BindStanding>): boolean {
  return spec.bindingMode === "relaxed" || [...standings.values()].every((standing) => standing.tag === "satisfied")
}

/** One line about a bind that is not satisfied. */
export function describeUnmet(spec: ServiceSpec, name: string, standing: BindStanding): string {
  const group = spec.binds.find((bind) => bind.name === name)?.group
  const where = group === undefined ? "its group" : `the group '${stringifyServiceGroup(group)}'`
  if (standing.tag === "lacks-exports") {
    return `The bind '${name}' waits: ${where} does not export ${standing.missing.join(", ")}`
  }
  return `The bind '${name}' waits: ${where} is not loaded here`
}
