import { NOTHING_SEEN, type RingState } from "../../cluster/ring/ring-state.ts"
import { parseToml } from "../../config/toml.ts"
import type { CensusMember } from "../../templating/census-view.ts"
import type { TemplateTable, TemplateValue } from "../../templating/values.ts"
import type { AppliedConfig } from "../config/applied-config.ts"
import type { Census } from "../group/census.ts"

/** How far an election is, in the words of the census and of `last_election_status`. */
type ElectionStatus = "None" | "ElectionInProgress" | "ElectionNoQuorum" | "ElectionFinished"

/** What was given to a group: by `hab config apply`, and the versions of files by `hab file upload`. */
export type GivenToGroup = Readonly<{ config: AppliedConfig | undefined; files: ReadonlyMap<string, bigint> }>

/** `stale`: see below; it and `counters` are absent outside a ring. */
export type CensusFacts = Readonly<{
  stale?: boolean
  counters?: RingState["counters"]
  givenTo: (group: string) => GivenToGroup
}>

/**
 * The answer of `/census` (spec supervisor §7.4): what this supervisor knows of service groups. `stale` is ours: the ring's
 * store cannot be reached, and this is what was last known. Uploaded files are named, and their content is not shown.
 */
export function censusObject(
  memberId: string,
  census: Census,
  { stale, counters, givenTo }: CensusFacts,
): TemplateTable {
  return {
    changed: false,
    ...(stale === undefined ? {} : { stale }),
    census_groups: Object.fromEntries(
      [...census].flatMap(([group, members]) => {
        const [first] = members
        return first === undefined
          ? []
          : [[group, groupObject(memberId, { group, one: first, members, given: givenTo(group) })] as const]
      }),
    ),
    local_member_id: memberId,
    ...countersOf(counters),
  }
}

/** How many changes of each kind were seen. */
function countersOf({
  services,
  leaders,
  elections,
  candidates,
  updates,
  members,
  departed,
  config,
  files,
} = NOTHING_SEEN) {
  return {
    last_service_counter: services,
    last_election_counter: leaders + elections + candidates,
    last_election_update_counter: updates,
    last_membership_counter: members + departed,
    last_service_config_counter: config,
    last_service_file_counter: files,
  }
}

type GroupFacts = Readonly<{
  group: string
  one: CensusMember
  members: readonly CensusMember[]
  given: GivenToGroup
}>

/** All members of a group know the same election; `one` speaks for them. */
function groupObject(memberId: string, { group, one, members, given }: GroupFacts): TemplateTable {
  return {
    service_group: group,
    election_status: electionStatus(one),
    update_election_status: one.update_election_is_finished ? "ElectionFinished" : "None",
    pkg_incarnation: Math.max(...members.map((member) => member.pkg_incarnation)),
    leader_id: members.find((member) => member.leader)?.member_id ?? null,
    update_leader_id: members.find((member) => member.update_leader)?.member_id ?? null,
    service_config: configObject(given.config),
    local_member_id: memberId,
    population: Object.fromEntries(members.map((member) => [member.member_id, memberObject(member)])),
    changed_service_files: [],
    service_files: Object.fromEntries(
      [...given.files].map(([filename, version]) => [filename, { filename, incarnation: numberOf(version), body: [] }]),
    ),
  }
}

function configObject(config: AppliedConfig | undefined): TemplateValue {
  if (config === undefined) return null
  const value = config.isSecret ? null : parseToml(config.text, "the configuration")
  return { incarnation: numberOf(config.version), value }
}

function numberOf(version: bigint): TemplateValue {
  return version <= Number.MAX_SAFE_INTEGER ? Number(version) : version
}

function memberObject({ package: ident, ...member }: CensusMember): TemplateTable {
  return ident === null ? member : { ...member, package: ident }
}

function electionStatus(member: CensusMember): ElectionStatus {
  if (member.election_is_finished) return "ElectionFinished"
  if (member.election_is_no_quorum) return "ElectionNoQuorum"
  return member.election_is_running ? "ElectionInProgress" : "None"
}
