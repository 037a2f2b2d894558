import type { ConfigTable } from "../../config/value.ts"
import type { PackageMetadata } from "../../package/metadata.ts"
import { type CensusMember, censusMember, type Election } from "../../templating/census-view.ts"
import type { BindView, SystemView } from "../../templating/context.ts"
import type { Release } from "../release.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { type ServiceGroup, stringifyServiceGroup } from "./service-group.ts"

/** The members of each service group, whatever their health: the service loaded here, and those of a ring. */
export type Census = ReadonlyMap<string, readonly CensusMember[]>

/** How a bind stands (spec supervisor §6.5). */
export type BindStanding =
  | { readonly tag: "satisfied"; readonly members: readonly CensusMember[] }
  | { readonly tag: "not-present" }
  /** The group is known, and none of its members is alive. */
  | { readonly tag: "empty" }
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
    /** Of its group in a ring. Without one, a member of topology `leader` elects itself (decisions 33). */
    election?: Election
    updateElection?: Election
    incarnation?: number
  }>,
): CensusMember {
  const { version: _, hostname, permanent: __, member_id: ___, ...addresses } = facts.sys
  const alone: Election =
    facts.spec.topology === "leader" ? { status: "finished", leader: facts.memberId } : { status: "none" }
  return censusMember({
    memberId: facts.memberId,
    service: facts.group.service,
    group: facts.group.group,
    ...(facts.group.organization === undefined ? {} : { organization: facts.group.organization }),
    ident: facts.release.pkg.ident,
    sys: { hostname, ...addresses, gossip_ip: facts.sys.ip },
    exported: facts.exported,
    election: facts.election ?? alone,
    ...(facts.updateElection === undefined ? {} : { updateElection: facts.updateElection }),
    ...(facts.incarnation === undefined ? {} : { incarnation: facts.incarnation }),
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
      const members = census.get(stringifyServiceGroup(group))
      if (members === undefined) return [name, { tag: "not-present" }]
      const active = activeOf(members)
      const speaker = leaderOf(active) ?? active[0]
      if (speaker === undefined) return [name, { tag: "empty" }]
      const missing = (wanted.get(name) ?? []).filter((key) => !speaker.cfg.has(key))
      return [name, missing.length > 0 ? { tag: "lacks-exports", missing } : { tag: "satisfied", members: active }]
    }),
  )
}

/** The `bind` of templates: satisfied binds only. */
export function bindViews(standings: ReadonlyMap<string, BindStanding>): Record<string, BindView> {
  const satisfied = [...standings].flatMap(([name, standing]) =>
    standing.tag === "satisfied" ? [[name, viewOf(standing.members)] as const] : [],
  )
  return Object.fromEntries(satisfied)
}

function viewOf(members: readonly CensusMember[]): BindView {
  const leader = leaderOf(members) ?? null
  return { first: leader ?? members[0] ?? null, leader, members }
}

function activeOf(members: readonly CensusMember[]): CensusMember[] {
  return members.filter((member) => member.alive || member.suspect).sort((a, b) => (a.member_id < b.member_id ? -1 : 1))
}

function leaderOf(members: readonly CensusMember[]): CensusMember | undefined {
  return members.find((member) => member.leader)
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
  if (standing.tag === "empty") return `The bind '${name}' waits: no member of ${where} is alive`
  return `The bind '${name}' waits: ${where} is not loaded here`
}
