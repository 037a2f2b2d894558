import { describe, expect, it } from "vitest"
import type { ClusterStore } from "../../src/cluster/cluster-store.ts"
import { createLocalStore } from "../../src/cluster/local-store.ts"
import { takePart } from "../../src/cluster/ring/elector.ts"
import { joinRing, type Ring } from "../../src/cluster/ring/ring.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { settle } from "../support/settle.ts"
import { createLine, type Line } from "../support/store-with-faults.ts"
import { createRandom } from "./random.ts"

const MEMBERS = 200
const GROUPS = 10
const TTL_MS = 5_000
const SYS = {
  ...{ ip: "192.0.2.1", hostname: "host", gossip_ip: "", gossip_port: 0 },
  ...{ http_gateway_ip: "", http_gateway_port: 0, ctl_gateway_ip: "", ctl_gateway_port: 0 },
}

type Member = Readonly<{ id: string; group: string; line: Line; ring: Ring }>

/** Two hundred supervisors with a service each, twenty in a group, over one store that counts what is written to it. */
function createCrowd() {
  const clock = fakeClock()
  const random = createRandom(7).next
  const inner = createLocalStore({ read: () => ({ revision: 0, entries: [] }), write: () => undefined }, 0)
  let commits = 0
  const shared: ClusterStore = {
    ...inner,
    commit: (guards, writes) => {
      commits++
      return inner.commit(guards, writes)
    },
  }
  const members = Array.from({ length: MEMBERS }, (_, index): Member => {
    const id = `m${String(index).padStart(3, "0")}`
    const line = createLine(shared, clock)
    const member = { instance: id, version: "1", leaving: false, sys: SYS }
    const context = { store: line, clock, random, say: () => undefined }
    const ring = joinRing(context, { ring: "crowd", memberId: id, ttlMs: TTL_MS, member })
    const record = { package: "a/redis/1/1", incarnation: 0, initialized: true, healthy: true, cfg: "", sys: SYS }
    const group = `service${index % GROUPS}.default`
    ring.show("services", group, record)
    takePart({ ring, name: "crowd", group, clock, patienceMs: TTL_MS, suitability: async () => BigInt(index) })
    return { id, group, line, ring }
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000)
      await settle()
    }
  }
  return { members, pass, commits: () => commits }
}

const groups = (members: readonly Member[]) => [...new Set(members.map(({ group }) => group))].sort()

/** The leader of each group, as all of them see it; a group they do not agree about has several. */
const leadersSeen = (members: readonly Member[]) =>
  groups(members).map((group) => [
    ...new Set(members.map(({ ring }) => ring.state().leaders.get(group)?.member ?? "nobody")),
  ])

/** Those whose hook says the greatest number. */
const mostSuitable = (members: readonly Member[]) =>
  groups(members).map((group) => [members.findLast((member) => member.group === group)?.id])

describe("a ring of 200 members", () => {
  it("agrees on a leader for each group, and on the next ones when those die, with few writes for each member and none while nothing happens", {
    timeout: 60_000,
  }, async () => {
    const { members, pass, commits } = createCrowd()
    await settle()
    await pass(TTL_MS * 2)
    const first = leadersSeen(members)
    expect(first.map((leaders) => leaders.length)).toEqual(Array(GROUPS).fill(1))
    expect(first.flat()).not.toContain("nobody")
    expect(members.every(({ ring }) => ring.state().members.size === MEMBERS)).toBe(true)
    // Each joins, shows its service, and says and takes back how suitable it is.
    expect(commits()).toBeLessThan(MEMBERS * 6)

    const quiet = commits()
    await pass(TTL_MS * 4)
    expect(commits()).toBe(quiet)

    const dead = new Set(first.flat())
    for (const { id, line } of members) if (dead.has(id)) line.kill()
    const left = members.filter(({ id }) => !dead.has(id))
    await pass(TTL_MS * 3)
    expect(leadersSeen(left)).toEqual(mostSuitable(left))
    expect(commits() - quiet).toBeLessThan(MEMBERS * 4)
  })
})
