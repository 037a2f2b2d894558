import { stringifyToml } from "../../config/toml.ts"
import type { CensusMember } from "../../templating/census-view.ts"
import type { Say, SupervisorContext } from "../context.ts"
import type { Roster } from "../roster.ts"
import type { Supervised } from "../supervised.ts"
import { standingsOf } from "../views.ts"
import { type BindStanding, describeUnmet } from "./census.ts"
import { mayStart } from "./gate.ts"
import { stringifyServiceGroup } from "./service-group.ts"

/**
 * What is loaded here, and what it exports, decides which binds are met and what templates see of them (decisions 18).
 * Looked at whenever services come, go or were rendered; those whose binds stand otherwise than before are told.
 */
export function checkBinds(context: SupervisorContext, roster: Roster, say: Say): void {
  const services = [...roster.services.values()]
  for (const held of services) {
    if (held.spec.binds.length === 0 || held.release === undefined) continue
    const standings = standingsOf(context, services, held.spec, held.release)
    const seen = summaryOf(standings)
    if (seen === held.bindsSeen) continue
    tellStandings(held, standings, say)
    held.bindsSeen = seen
    roster.post(held, { tag: mayStart(context, roster, held) ? "binds-met" : "binds-unmet" })
    roster.post(held, { tag: "inputs-changed" })
  }
}

/** Everything about its binds that a service depends on, as a text to compare. */
function summaryOf(standings: ReadonlyMap<string, BindStanding>): string {
  const facts = [...standings].map(([name, standing]) =>
    standing.tag === "satisfied" ? [name, standing.tag, standing.members.map(memberSummary)] : [name, standing],
  )
  return JSON.stringify(facts)
}

/** What templates see of a member and others may act on. */
export function memberSummary({ member_id, package: ident, leader, follower, alive, suspect, sys, cfg }: CensusMember) {
  return [member_id, ident, leader, follower, alive || suspect, sys, stringifyToml(cfg)]
}

/** Only what is not as it was said before: a bind that stays satisfied while its values change is not worth a line. */
function tellStandings(held: Supervised, standings: ReadonlyMap<string, BindStanding>, say: Say): void {
  for (const [name, standing] of standings) {
    const group = held.spec.binds.find((bind) => bind.name === name)?.group
    const was = held.bindTags.get(name)
    held.bindTags.set(name, standing.tag)
    if (was === standing.tag) continue
    const where = group === undefined ? name : stringifyServiceGroup(group)
    if (standing.tag === "satisfied") say(held.group, "SR", `The group '${where}' satisfies the \`${name}\` bind`)
    else say(held.group, "SR", describeUnmet(held.spec, name, standing))
  }
}
