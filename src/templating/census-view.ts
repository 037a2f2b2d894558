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

/** Where a supervisor is, and where it listens. */
export type AddressView = Readonly<{
  ip: string
  hostname: string
  gossip_ip: string
  gossip_port: number
  http_gateway_ip: string
  http_gateway_port: number
  ctl_gateway_ip: string
  ctl_gateway_port: number
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
    sys: AddressView
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
    /** A number that is higher for every later leader: what an old one still writes can be told by it. */
    leader_fence: number | null
  }>

/** The election of a group: how far it is, and who leads. */
export type Election = Readonly<{ status: "none" | "running" | "no-quorum" | "finished"; leader?: string }>

export type MemberOptions = Readonly<{
  memberId: string
  service: string
  group: string
  organization?: string
  ident: FullIdent
  /** Which step of rolling updates it is at. */
  incarnation?: number
  health?: "alive" | "suspect" | "confirmed" | "departed"
  /** The address others reach it at, never `0.0.0.0`. */
  sys: AddressView
  exported: ConfigTable
  /** Absent: no election takes place. */
  election?: Election
  /** Who looks for updates for the group. Absent: nobody. */
  updateElection?: Election
}>

const NO_ELECTION: Election = { status: "none" }

/** A member of a service group. */
export function censusMember(options: MemberOptions): CensusMember {
  const { memberId, election = NO_ELECTION, updateElection = NO_ELECTION, health = "alive" } = options
  return {
    member_id: memberId,
    service: options.service,
    group: options.group,
    org: options.organization ?? null,
    pkg: options.ident,
    pkg_incarnation: options.incarnation ?? 0,
    package: stringifyIdent(options.ident),
    persistent: true,
    leader: election.leader === memberId,
    follower: election.status === "finished" && election.leader !== memberId,
    update_leader: updateElection.leader === memberId,
    update_follower: updateElection.status === "finished" && updateElection.leader !== memberId,
    ...electionView(election, updateElection),
    sys: options.sys,
    alive: health === "alive",
    suspect: health === "suspect",
    confirmed: health === "confirmed",
    departed: health === "departed",
    cfg: options.exported,
  }
}

/** The only member of a group: what one supervisor without others knows of its service. `elected`: it leads. */
export function standaloneMember({
  elected = false,
  ...options
}: MemberOptions & Readonly<{ elected?: boolean }>): CensusMember {
  return censusMember(elected ? { ...options, election: { status: "finished", leader: options.memberId } } : options)
}

/** The `svc` of a group whose members are known. `members` are all of them, whatever their health. */
export function serviceView(
  me: CensusMember,
  members: readonly CensusMember[] = [me],
  fence: number | null = null,
): ServiceView {
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
    leader_fence: fence,
  }
}

function electionView({ status }: Election, update: Election): ElectionView {
  return {
    election_is_running: status === "running",
    election_is_no_quorum: status === "no-quorum",
    election_is_finished: status === "finished",
    update_election_is_running: update.status === "running",
    update_election_is_no_quorum: update.status === "no-quorum",
    update_election_is_finished: update.status === "finished",
  }
}
