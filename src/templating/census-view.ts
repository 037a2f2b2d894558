import type { ConfigTable } from "../config/value.ts"
import { type FullIdent, stringifyIdent } from "../package/ident.ts"

/** How far an election of a service group is. */
type ElectionView = Readonly<{
  election_is_running: boolean
  election_is_no_quorum: boolean
  election_is_finished: boolean
  update_election_is_running: boolean
  update_election_is_no_quorum: boolean
  update_election_is_finished: boolean
}>

/** One member of a service group as templates see it (spec supervisor §5.1). */
export type CensusMember = ElectionView &
  Readonly<{
    member_id: string
    service: string
    group: string
    org: string | null
    pkg: FullIdent | null
    pkg_incarnation: number
    package: string | null
    persistent: boolean
    leader: boolean
    follower: boolean
    update_leader: boolean
    update_follower: boolean
    sys: Readonly<{
      ip: string
      hostname: string
      gossip_ip: string
      gossip_port: number
      http_gateway_ip: string
      http_gateway_port: number
      ctl_gateway_ip: string
      ctl_gateway_port: number
    }>
    alive: boolean
    suspect: boolean
    confirmed: boolean
    departed: boolean
    /** Its exported values, by public name. */
    cfg: ConfigTable
  }>

/** What templates see as `svc`: the service's own group (spec supervisor §5.1). */
export type ServiceView = ElectionView &
  Readonly<{
    service: string
    group: string
    org: string | null
    me: CensusMember
    /** Alive or suspect, in the order of their ids. */
    members: readonly CensusMember[]
    leader: CensusMember | null
    /** The leader if there is one, else the first of all known members. */
    first: CensusMember
    update_leader: CensusMember | null
  }>

export type StandaloneMemberOptions = Readonly<{
  memberId: string
  service: string
  group: string
  organization?: string
  ident: FullIdent
  /** The address others reach it at, never `0.0.0.0`. */
  sys: CensusMember["sys"]
  exported: ConfigTable
  /** Topology `leader`: a member without others elects itself (decisions 33). Default: no election takes place. */
  elected?: boolean
}>

/** The only member of a group: what one supervisor without others knows of its service. */
export function standaloneMember(options: StandaloneMemberOptions): CensusMember {
  const elected = options.elected === true
  return {
    member_id: options.memberId,
    service: options.service,
    group: options.group,
    org: options.organization ?? null,
    pkg: options.ident,
    pkg_incarnation: 0,
    package: stringifyIdent(options.ident),
    persistent: true,
    leader: elected,
    follower: false,
    update_leader: false,
    update_follower: false,
    ...electionView(elected),
    sys: options.sys,
    alive: true,
    suspect: false,
    confirmed: false,
    departed: false,
    cfg: options.exported,
  }
}

/** The `svc` of a group whose members are known. `members` are all of them, whatever their health. */
export function serviceView(me: CensusMember, members: readonly CensusMember[] = [me]): ServiceView {
  const population = [...members].sort((a, b) => (a.member_id < b.member_id ? -1 : 1))
  const leader = population.find((member) => member.leader) ?? null
  const { service, group, org } = me
  return {
    service,
    group,
    org,
    election_is_running: me.election_is_running,
    election_is_no_quorum: me.election_is_no_quorum,
    election_is_finished: me.election_is_finished,
    update_election_is_running: me.update_election_is_running,
    update_election_is_no_quorum: me.update_election_is_no_quorum,
    update_election_is_finished: me.update_election_is_finished,
    me,
    members: population.filter((member) => member.alive || member.suspect),
    leader,
    first: leader ?? population[0] ?? me,
    update_leader: population.find((member) => member.update_leader) ?? null,
  }
}

function electionView(finished: boolean): ElectionView {
  return {
    election_is_running: false,
    election_is_no_quorum: false,
    election_is_finished: finished,
    update_election_is_running: false,
    update_election_is_no_quorum: false,
    update_election_is_finished: false,
  }
}
