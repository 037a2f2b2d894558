import type { CensusMember } from "../../templating/census-view.ts"
import type { TemplateTable } from "../../templating/values.ts"
import type { Census } from "../census.ts"

/** How far an election is, in the words of the census and of `last_election_status`. */
type ElectionStatus = "None" | "ElectionInProgress" | "ElectionNoQuorum" | "ElectionFinished"

/**
 * The answer of `/census` (spec supervisor §7.4): what this supervisor knows of service groups. `stale` is ours: the ring's
 * store cannot be reached, and this is what was last known.
 */
export function censusObject(memberId: string, census: Census, ring?: Readonly<{ stale: boolean }>): TemplateTable {
  return {
    changed: false,
    ...(ring === undefined ? {} : { stale: ring.stale }),
    census_groups: Object.fromEntries(
      [...census].flatMap(([group, members]) => {
        const [first] = members
        return first === undefined ? [] : [[group, groupObject(memberId, group, first, members)] as const]
      }),
    ),
    local_member_id: memberId,
    last_service_counter: 0,
    last_election_counter: 0,
    last_election_update_counter: 0,
    last_membership_counter: 0,
    last_service_config_counter: 0,
    last_service_file_counter: 0,
  }
}

/** All members of a group know the same election; `one` speaks for them. */
function groupObject(
  memberId: string,
  group: string,
  one: CensusMember,
  members: readonly CensusMember[],
): TemplateTable {
  return {
    service_group: group,
    election_status: electionStatus(one),
    update_election_status: "None",
    pkg_incarnation: Math.max(...members.map((member) => member.pkg_incarnation)),
    leader_id: members.find((member) => member.leader)?.member_id ?? null,
    update_leader_id: members.find((member) => member.update_leader)?.member_id ?? null,
    service_config: null,
    local_member_id: memberId,
    population: Object.fromEntries(members.map((member) => [member.member_id, memberObject(member)])),
    changed_service_files: [],
    service_files: {},
  }
}

function memberObject({ package: ident, ...member }: CensusMember): TemplateTable {
  return ident === null ? member : { ...member, package: ident }
}

function electionStatus(member: CensusMember): ElectionStatus {
  if (member.election_is_finished) return "ElectionFinished"
  if (member.election_is_no_quorum) return "ElectionNoQuorum"
  return member.election_is_running ? "ElectionInProgress" : "None"
}
