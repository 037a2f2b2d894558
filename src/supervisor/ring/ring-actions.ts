import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import type { Commit, Guard } from "../../cluster/cluster-store.ts"
import { ringKey } from "../../cluster/ring/keys.ts"
import { memberHealth } from "../../cluster/ring/member-health.ts"
import type { DepartedRecord, UploadRecord } from "../../cluster/ring/records.ts"
import { rolloutProgress } from "../../cluster/ring/rollout.ts"
import { staleFile } from "../config/uploaded-files.ts"
import type { SupervisorContext } from "../context.ts"
import type { RingGroup, RingStatus, RingUpdate } from "../gateway/ring-status.ts"
import type { RingView } from "./ring-census.ts"

/** What is known of the ring. Throws RING_ABSENT. */
export function ringStatus(context: SupervisorContext): RingStatus {
  const { ring, name } = ringOf(context)
  const { members, services, revision } = ring.state()
  const health = ring.health()
  const nowMs = context.host.clock.monotonicMs()
  return {
    ring: name,
    memberId: ring.memberId,
    live: health.tag === "live",
    problem: health.tag === "live" ? null : health.why,
    revision,
    members: [...members].sort().map(([id, member]) => {
      const { hostname, ip } = member.record.sys
      return {
        id,
        hostname,
        ip,
        version: member.record.version,
        health: memberHealth(member, nowMs),
        me: id === ring.memberId,
      }
    }),
    groups: [...services.keys()].sort().map((group) => groupOf(ring, group, nowMs)),
  }
}

function groupOf(ring: RingView["ring"], group: string, nowMs: number): RingGroup {
  const { members, services, leaders } = ring.state()
  const leader = leaders.get(group)
  const population = [...(services.get(group) ?? [])].sort()
  return {
    group,
    leader: leader?.member ?? null,
    fence: leader?.fence ?? null,
    term: leader?.term ?? null,
    update: updateOf(ring, group, nowMs),
    members: population.map(([id, record]) => ({
      id,
      package: record.package,
      up: record.initialized,
      healthy: record.healthy,
      health: memberHealth(members.get(id) ?? { lostMs: 0 }, nowMs),
    })),
  }
}

function updateOf(ring: RingView["ring"], group: string, nowMs: number): RingUpdate | null {
  const progress = rolloutProgress(ring.state(), group, nowMs)
  if (progress === undefined) return null
  const { record, waiting } = progress
  const { package: ident, turn, done, rejected = null } = record
  return { package: ident, turn, done, waiting, rejected }
}

/** Tells a member to leave for good (spec supervisor §6.2). Throws RING_ABSENT, RING_MEMBER_UNKNOWN, RING_UNREACHABLE. */
export async function departMember(context: SupervisorContext, member: string): Promise<Readonly<{ member: string }>> {
  const { ring, name } = ringOf(context)
  if (!ring.state().members.has(member)) {
    throw new HabError("RING_MEMBER_UNKNOWN", `${name} has no member ${member}`, { hint: "hab ring status lists them" })
  }
  const record: DepartedRecord = { by: ring.memberId }
  const key = ringKey(name, "departed", member)
  written(await ring.commit([], [], [{ tag: "put", key, value: JSON.stringify(record) }]), name)
  return { member }
}

/** What is given to a group. `bytes` are an envelope when it is encrypted. */
export type Upload = Readonly<{ version: bigint; encrypted: boolean; bytes: Uint8Array }>

/**
 * Applies a configuration to a group in the whole ring. The caller has checked it. Throws CONFIG_VERSION_STALE when a
 * higher or the same version is there, RING_UNREACHABLE.
 */
export async function applyInRing(view: RingView, group: string, upload: Upload): Promise<void> {
  const there = view.ring.state().config.get(group)
  if (there !== undefined && BigInt(there.incarnation) >= upload.version) {
    throw new HabError("CONFIG_VERSION_STALE", `${group} has version ${there.incarnation} already in the ring`, {
      hint: `a version of at least ${BigInt(there.incarnation) + 1n} replaces it`,
    })
  }
  await put(view, ringKey(view.name, "config", group), there, upload)
}

/**
 * Gives a file to a group in the whole ring. The caller has checked it. Throws FILE_VERSION_STALE when a higher or the same
 * version is there, RING_UNREACHABLE.
 */
export async function uploadInRing(view: RingView, group: string, name: string, upload: Upload): Promise<void> {
  const there = view.ring.state().files.get(group)?.get(name)
  if (there !== undefined && BigInt(there.incarnation) >= upload.version) {
    throw staleFile(group, name, BigInt(there.incarnation))
  }
  await put(view, ringKey(view.name, "files", group, name), there, upload)
}

async function put(
  { ring, name }: RingView,
  key: string,
  there: Readonly<{ revision: number }> | undefined,
  { version, encrypted, bytes }: Upload,
): Promise<void> {
  const body = Buffer.from(bytes).toString(encrypted ? "utf8" : "base64")
  const record: UploadRecord = { incarnation: version.toString(), encrypted, body }
  const guard: Guard =
    there === undefined ? { tag: "absent", key } : { tag: "unchanged", key, revision: there.revision }
  written(await ring.commit([guard], [], [{ tag: "put", key, value: JSON.stringify(record) }]), name)
}

function ringOf({ ring }: SupervisorContext): RingView {
  if (ring !== undefined) return ring
  throw new HabError("RING_ABSENT", "this supervisor is in no ring", {
    hint: "hab sup run --cluster etcd://host:2379 joins one",
  })
}

function written(commit: Commit, name: string): void {
  if (commit.tag === "committed") return
  const why = commit.tag === "refused" ? "somebody else changed it at the same moment" : commit.why
  throw new HabError("RING_UNREACHABLE", `the ring ${name} did not take it: ${why}`, {
    hint:
      commit.tag === "refused"
        ? "try again"
        : "it may have arrived all the same: hab ring status tells whether the store answers",
  })
}
