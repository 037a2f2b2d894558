import { memberHealth } from "../../cluster/ring/member-health.ts"
import type { UploadRecord } from "../../cluster/ring/records.ts"
import { NOTHING_SEEN } from "../../cluster/ring/ring-state.ts"
import type { SystemView } from "../../templating/context.ts"
import type { TemplateTable } from "../../templating/values.ts"
import type { Census } from "../group/census.ts"
import { electionList, type RingFacts, tableOf, updateElectionList, wholeNumber } from "./election-rumors.ts"

/**
 * The answer of `/butterfly` (spec supervisor §7.4). Nothing is gossiped here: the rumors are what stands in the ring,
 * contents of uploads left out, and `update_counter` counts the changes of it that were seen. Without a ring the only
 * member is this supervisor, alive, with its own services. The second half are the older names of the same stores.
 */
export function butterflyObject(
  sys: SystemView,
  census: Census,
  isInitialized: (group: string) => boolean,
  ring?: RingFacts,
): TemplateTable {
  const counters = ring?.state.counters ?? NOTHING_SEEN
  const { services, config, files, leaders, elections, candidates, updates, departed } = counters
  const store = (list: TemplateTable, counter: number) => ({ list, update_counter: counter })
  const member = memberStore(sys, ring)
  const service = store(serviceList(sys, census, isInitialized, ring), services)
  const serviceConfig = store(configList(ring), config)
  const serviceFile = store(fileList(ring), files)
  const election = store(electionList(ring), leaders + elections + candidates)
  const electionUpdate = store(updateElectionList(ring), updates)
  const departure = store(departureList(ring), departed)
  return {
    member,
    service,
    service_config: serviceConfig,
    service_file: serviceFile,
    election,
    election_update: electionUpdate,
    departure,
    membership: member,
    services: service,
    latest_service_config: serviceConfig,
    service_files: serviceFile,
    latest_election: election,
    latest_election_update: electionUpdate,
    departed_members: departure,
  }
}

/** This supervisor and, in a ring, all that are remembered, those without a service too. */
function memberStore(sys: SystemView, ring: RingFacts | undefined): TemplateTable {
  const { gossip_ip, gossip_port, permanent } = sys
  const self = { ...memberObject(sys.member_id, gossip_ip, gossip_port), persistent: permanent }
  const others = [...(ring?.state.members ?? [])].filter(([id]) => id !== sys.member_id)
  const departed = ring?.state.departed ?? new Set()
  const members = others.map(([id, { record }]): [string, TemplateTable] => [
    id,
    { ...memberObject(id, record.sys.gossip_ip, record.sys.gossip_port), departed: departed.has(id) },
  ])
  const health = others.map(([id, member]): [string, string] => [
    id,
    departed.has(id) ? "Departed" : capital(memberHealth(member, ring?.nowMs ?? 0)),
  ])
  const { members: changes, departed: departures } = ring?.state.counters ?? NOTHING_SEEN
  return {
    members: { [sys.member_id]: self, ...Object.fromEntries(members) },
    health: { [sys.member_id]: "Alive", ...Object.fromEntries(health) },
    update_counter: changes + departures,
  }
}

function memberObject(id: string, address: string, port: number): TemplateTable {
  return { id, incarnation: 0, address, swim_port: port, gossip_port: port, persistent: true, departed: false }
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`
}

function serviceList(
  { member_id: me }: SystemView,
  census: Census,
  isInitialized: (group: string) => boolean,
  ring: RingFacts | undefined,
): TemplateTable {
  return tableOf(census, (members, group) =>
    Object.fromEntries(
      members.map((member): [string, TemplateTable] => [
        member.member_id,
        {
          member_id: member.member_id,
          service_group: group,
          package: member.package,
          incarnation: member.pkg_incarnation,
          initialized:
            member.member_id === me
              ? isInitialized(group)
              : (ring?.state.services.get(group)?.get(member.member_id)?.initialized ?? false),
          cfg: member.cfg,
          sys: member.sys,
        },
      ]),
    ),
  )
}

function configList(ring: RingFacts | undefined): TemplateTable {
  return tableOf(ring?.state.config ?? [], (record, group) => ({
    service_config: { ...uploadObject(group, record), config: [] },
  }))
}

function fileList(ring: RingFacts | undefined): TemplateTable {
  return tableOf(ring?.state.files ?? [], (files, group) =>
    tableOf(files, (record, filename) => ({ ...uploadObject(group, record), filename, body: [] })),
  )
}

function uploadObject(group: string, { incarnation, encrypted }: UploadRecord): TemplateTable {
  return { service_group: group, incarnation: wholeNumber(incarnation), encrypted }
}

function departureList(ring: RingFacts | undefined): TemplateTable {
  const gone = [...(ring?.state.departed ?? [])].map((id): [string, TemplateTable] => [id, { member_id: id }])
  return gone.length === 0 ? {} : { departure: Object.fromEntries(gone) }
}
