import type { SystemView } from "../../templating/context.ts"
import type { TemplateTable } from "../../templating/values.ts"
import type { Census } from "../census.ts"

/**
 * The answer of `/butterfly` (spec supervisor §7.4). Nothing is gossiped here: the only member is this supervisor, alive,
 * and the only rumors are those of its own services. The second half are the older names of the same stores.
 */
export function butterflyObject(
  sys: SystemView,
  census: Census,
  isInitialized: (group: string) => boolean,
): TemplateTable {
  const member = memberStore(sys)
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

function memberStore(sys: SystemView): TemplateTable {
  const id = sys.member_id
  const self = {
    id,
    incarnation: 0,
    address: sys.gossip_ip,
    swim_port: sys.gossip_port,
    gossip_port: sys.gossip_port,
    persistent: sys.permanent,
    departed: false,
  }
  return { members: { [id]: self }, health: { [id]: "Alive" }, update_counter: 0 }
}

function serviceStore(census: Census, isInitialized: (group: string) => boolean): TemplateTable {
  const rumors = [...census].map(([group, member]): [string, TemplateTable] => {
    const rumor = {
      member_id: member.member_id,
      service_group: group,
      package: member.package,
      incarnation: member.pkg_incarnation,
      initialized: isInitialized(group),
      cfg: member.cfg,
      sys: member.sys,
    }
    return [group, { [member.member_id]: rumor }]
  })
  return { list: Object.fromEntries(rumors), update_counter: 0 }
}
