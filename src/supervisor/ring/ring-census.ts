import { memberHealth } from "../../cluster/ring/member-health.ts"
import type { ServiceRecord } from "../../cluster/ring/records.ts"
import type { Ring } from "../../cluster/ring/ring.ts"
import { updateLeader } from "../../cluster/ring/rollout.ts"
import { parseToml } from "../../config/toml.ts"
import type { ConfigTable } from "../../config/value.ts"
import { parseFullIdent } from "../../package/ident.ts"
import { type CensusMember, censusMember, type Election } from "../../templating/census-view.ts"
import { parseServiceGroup } from "../group/service-group.ts"

/** A ring with its name. */
export type RingView = Readonly<{ name: string; ring: Ring }>

/** The members of a group that are other supervisors', whatever their health. `nowMs` is on the monotonic clock. */
export function othersIn({ ring }: RingView, group: string, nowMs: number): CensusMember[] {
  const { members, services } = ring.state()
  const { service, group: name, organization } = parseServiceGroup(group)
  const election = electionIn({ ring }, group)
  const updateElection = updateElectionIn({ ring }, group, nowMs)
  return [...(services.get(group) ?? [])].flatMap(([memberId, record]) => {
    const member = members.get(memberId)
    if (memberId === ring.memberId || member === undefined) return []
    return censusMember({
      memberId,
      service,
      group: name,
      ...(organization === undefined ? {} : { organization }),
      ident: parseFullIdent(record.package),
      incarnation: record.incarnation,
      health: memberHealth(member, nowMs),
      sys: record.sys,
      exported: exportedIn(record),
      election,
      updateElection,
    })
  })
}

/** How far the election of a group is. A leader that is known stays so while the store cannot be reached. */
export function electionIn({ ring }: Pick<RingView, "ring">, group: string): Election {
  const { leaders, candidates } = ring.state()
  const leader = leaders.get(group)?.member
  if (leader !== undefined) return { status: "finished", leader }
  if (ring.health().tag === "stale") return { status: "no-quorum" }
  return { status: candidates.has(group) ? "running" : "none" }
}

/** Who looks for updates for a group (spec supervisor §6.6): whoever comes first of those that take part. */
export function updateElectionIn({ ring }: Pick<RingView, "ring">, group: string, nowMs: number): Election {
  const leader = updateLeader(ring.state(), group, nowMs)
  return leader === undefined ? { status: "none" } : { status: "finished", leader }
}

/** The fence of the leader of a group. */
export function fenceIn({ ring }: Pick<RingView, "ring">, group: string): number | null {
  return ring.state().leaders.get(group)?.fence ?? null
}

const parsed = new WeakMap<ServiceRecord, ConfigTable>()

function exportedIn(record: ServiceRecord): ConfigTable {
  const known = parsed.get(record)
  if (known !== undefined) return known
  const table = parseToml(record.cfg, `what ${record.package} exports`)
  parsed.set(record, table)
  return table
}
