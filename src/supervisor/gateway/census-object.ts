import type { CensusMember } from "../../templating/census-view.ts"
import type { TemplateTable } from "../../templating/values.ts"
import type { Census } from "../census.ts"

/** How far an election is, in the words of the census and of `last_election_status`. */
type ElectionStatus = "None" | "ElectionInProgress" | "ElectionNoQuorum" | "ElectionFinished"

/** The answer of `/census` (spec supervisor §7.4): what this supervisor knows of its groups, each with one member. */
export function censusObject(memberId: string, census: Census): TemplateTable {
  return {
    changed: false,
    census_groups: Object.fromEntries(
      [...census].map(([group, member]) => [group, groupObject(memberId, group, member)]),
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

function groupObject(memberId: string, group: string, member: CensusMember): TemplateTable {
  return {
    service_group: group,
    election_status: electionStatus(member),
    update_election_status: "None",
    pkg_incarnation: member.pkg_incarnation,
    leader_id: member.leader ? member.member_id : null,
    update_leader_id: member.update_leader ? member.member_id : null,
    service_config: null,
    local_member_id: memberId,
    population: { [member.member_id]: memberObject(member) },
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
