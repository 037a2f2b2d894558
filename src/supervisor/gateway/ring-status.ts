/** What the control API tells of the ring. Stable field names. */
export type RingStatus = Readonly<{
  ring: string
  memberId: string
  /** False: what follows is the last that was known. */
  live: boolean
  /** Why the store cannot be reached. */
  problem: string | null
  /** Of the store, at the last change that was seen. */
  revision: number
  members: readonly RingMember[]
  groups: readonly RingGroup[]
}>

export type RingMember = Readonly<{
  id: string
  hostname: string
  ip: string
  version: string
  health: string
  me: boolean
}>

export type RingGroup = Readonly<{
  group: string
  leader: string | null
  fence: number | null
  term: number | null
  /** The last rolling update; null before the first. */
  update: RingUpdate | null
  members: readonly Readonly<{ id: string; package: string; up: boolean; healthy: boolean; health: string }>[]
}>

export type RingUpdate = Readonly<{
  package: string
  /** The member whose turn it is, or was last; empty: nobody's yet. */
  turn: string
  /** Members that went over and were healthy, in that order. */
  done: readonly string[]
  /** Members that have to go over, or go over now. */
  waiting: readonly string[]
  /** A release that did not become healthy: it is not tried again. */
  rejected: Readonly<{ package: string; member: string; why: string }> | null
}>

/** `hab ring status` in words. */
export function ringText(status: RingStatus): string {
  const { ring, live, problem, members, groups, revision } = status
  const lines = [
    `ring     ${ring}, ${members.length} ${members.length === 1 ? "member" : "members"}, ${groups.length} ${groups.length === 1 ? "group" : "groups"}`,
    live
      ? `store    answers; last change ${revision}`
      : `store    cannot be reached (${problem}); this is the last that was known`,
    "",
    ...table([
      ["member", "host", "address", "hab", "health"],
      ...members.map(({ id, hostname, ip, version, health, me }) => [
        id,
        hostname,
        ip,
        version,
        me ? `${health} (this one)` : health,
      ]),
    ]),
  ]
  const rows = groups.flatMap(({ group, leader, members: population }) =>
    population.map(({ id, package: ident, up, healthy, health }) => [
      group,
      id,
      ident,
      health === "alive" ? (up ? (healthy ? "up" : "up, not healthy") : "down") : health,
      leader === id ? "leader" : "",
    ]),
  )
  if (rows.length > 0) lines.push("", ...table([["group", "member", "package", "state", ""], ...rows]))
  const updates = groups.flatMap(({ group, update }) => (update === null ? [] : updateLines(group, update)))
  if (updates.length > 0) lines.push("", ...updates)
  return lines.join("\n")
}

function updateLines(group: string, { package: ident, turn, waiting, rejected }: RingUpdate): string[] {
  const whose = turn === "" ? "" : `; the turn of ${turn}`
  return [
    ...(waiting.length === 0 ? [] : [`${group} goes over to ${ident}: ${waiting.length} to go${whose}`]),
    ...(rejected === null
      ? []
      : [`${group} does not try ${rejected.package} again: ${rejected.why} on the member ${rejected.member}`]),
  ]
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
}
