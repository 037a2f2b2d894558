import type { CensusMember } from "../../templating/census-view.ts"
import type { SystemView } from "../../templating/context.ts"
import type { TemplateTable } from "../../templating/values.ts"
import type { Census } from "../census.ts"

/**
 * The answer of `/butterfly` (spec supervisor §7.4). Nothing is gossiped here: without a ring the only member is
 * this supervisor, alive, and the only rumors are those of its own services. The second half are the older names of the
 * same stores.
 */
export function butterflyObject(
  sys: SystemView,
  census: Census,
  isInitialized: (group: string) => boolean,
): TemplateTable {
  const member = memberStore(sys, census)
  const service = serviceStore(census, isInitialized)
  const empty = { list: {}, update_counter: 0 }
  return {
    member,
    service,
    service_config: empty,
    service_file: empty,
    election: empty,
    election_update: empty,
    departure: empty,
    membership: member,
    services: service,
    latest_service_config: empty,
    service_files: empty,
    latest_election: empty,
    latest_election_update: empty,
    departed_members: empty,
  }
}

const HEALTH_NAMES = ["alive", "suspect", "confirmed", "departed"] as const

function memberStore(sys: SystemView, census: Census): TemplateTable {
  const self = memberObject(sys.member_id, sys.gossip_ip, sys.gossip_port, sys.permanent)
  const others = [...census.values()].flat().filter((member) => member.member_id !== sys.member_id)
  const members = others.map((member): [string, TemplateTable] => [
    member.member_id,
    memberObject(member.member_id, member.sys.gossip_ip, member.sys.gossip_port, member.persistent),
  ])
  const health = others.map((member): [string, string] => [member.member_id, healthName(member)])
  return {
    members: { [sys.member_id]: self, ...Object.fromEntries(members) },
    health: { [sys.member_id]: "Alive", ...Object.fromEntries(health) },
    update_counter: 0,
  }
}

function memberObject(id: string, address: string, port: number, persistent: boolean): TemplateTable {
  return { id, incarnation: 0, address, swim_port: port, gossip_port: port, persistent, departed: false }
}

function healthName(member: CensusMember): string {
  const name = HEALTH_NAMES.find((health) => member[health]) ?? "departed"
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function serviceStore(census: Census, isInitialized: (group: string) => boolean): TemplateTable {
  const list = [...census].map(([group, members]): [string, TemplateTable] => {
    const rumors = members.map((member): [string, TemplateTable] => [
      member.member_id,
      {
        member_id: member.member_id,
        service_group: group,
        package: member.package,
        incarnation: member.pkg_incarnation,
        initialized: isInitialized(group),
        cfg: member.cfg,
        sys: member.sys,
      },
    ])
    return [group, Object.fromEntries(rumors)]
  })
  return { list: Object.fromEntries(list), update_counter: 0 }
}
