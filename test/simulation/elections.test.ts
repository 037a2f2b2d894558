import { describe, expect, it } from "vitest"
import type { Journal } from "../../src/cluster/local-journal.ts"
import { createLocalStore } from "../../src/cluster/local-store.ts"
import { type Elector, takePart } from "../../src/cluster/ring/elector.ts"
import { joinRing, type Ring } from "../../src/cluster/ring/ring.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { settle } from "../support/settle.ts"
import { createLine, type Line } from "../support/store-with-faults.ts"
import { createRandom } from "./random.ts"

const HISTORIES = Number(process.env["ELECTIONS"] ?? 60)
const STEPS = 40
const GROUP = "redis.default"
const TTL_MS = 5_000
const NO_JOURNAL: Journal = { read: () => ({ revision: 0, entries: [] }), write: () => undefined }

type Life = { line: Line; ring: Ring; elector: Elector }

/** Several supervisors with a service each, in one group of topology leader, over a store that others share. */
function createWorld(seed: number) {
  const random = createRandom(seed).next
  const clock = fakeClock()
  const shared = createLocalStore(NO_JOURNAL, 0)
  const lives = new Map<string, Life>()
  const owners = new Map<number, string>()
  const begin = (id: string, instance = id) => {
    const line = createLine(shared, clock)
    const sys = {
      ip: "127.0.0.1",
      hostname: id,
      gossip_ip: "",
      gossip_port: 0,
      http_gateway_ip: "",
      http_gateway_port: 0,
      ctl_gateway_ip: "",
      ctl_gateway_port: 0,
    }
    const member = { instance, version: "1", leaving: false, sys }
    const ring = joinRing(
      { store: line, clock, random, say: () => undefined },
      { ring: "test", memberId: id, ttlMs: TTL_MS, member },
    )
    ring.show("services", GROUP, {
      package: "a/redis/1/1",
      incarnation: 0,
      initialized: true,
      healthy: true,
      cfg: "",
      sys,
    })
    const suitability = async () => BigInt(Math.floor(random() * 3))
    const elector = takePart({ ring, name: "test", group: GROUP, clock, patienceMs: TTL_MS, suitability })
    lives.set(id, { line, ring, elector })
  }
  /** Who acts as leader with a lease it may believe in. */
  const leaders = () =>
    [...lives].filter(
      ([id, { ring }]) =>
        ring.isMember() && ring.health().tag === "live" && ring.state().leaders.get(GROUP)?.member === id,
    )
  return { random, clock, shared, lives, owners, begin, leaders }
}

type World = ReturnType<typeof createWorld>

const advance = async (world: World, ms: number) => {
  for (let passed = 0; passed < ms; passed += 500) {
    world.clock.advance(500)
    await settle()
    const problem = check(world)
    if (problem !== undefined) return problem
  }
  return undefined
}

function check({ leaders, owners }: World): string | undefined {
  const now = leaders()
  if (now.length > 1) return `two leaders at once: ${now.map(([id]) => id).join(", ")}`
  for (const [id, { ring }] of now) {
    const fence = ring.state().leaders.get(GROUP)?.fence ?? 0
    const owner = owners.get(fence) ?? id
    if (owner !== id) return `fence ${fence} belonged to ${owner} and now to ${id}`
    if (!owners.has(fence) && [...owners.keys()].some((other) => other >= fence))
      return `fence ${fence} is not the highest`
    owners.set(fence, id)
  }
  return undefined
}

const IDS = ["a", "b", "c", "d"]

async function disturb(world: World): Promise<void> {
  const { random, lives } = world
  const id = IDS[Math.floor(random() * IDS.length)] ?? "a"
  const life = lives.get(id)
  if (life === undefined) return world.begin(id)
  const what = random()
  if (what < 0.35) life.line.cut()
  else if (what < 0.7) life.line.heal()
  else if (what < 0.85) {
    life.line.kill()
    lives.delete(id)
    if (random() < 0.5) world.begin(id)
  } else {
    lives.delete(id)
    await life.elector.stop()
    await life.ring.leave()
    life.line.kill()
  }
}

async function playHistory(seed: number): Promise<string | undefined> {
  const world = createWorld(seed)
  for (const id of IDS) world.begin(id)
  for (let step = 0; step < STEPS; step++) {
    await disturb(world)
    const problem = await advance(world, 500 * (1 + Math.floor(world.random() * 12)))
    if (problem !== undefined) return `step ${step}: ${problem}`
  }
  for (const id of IDS) if (!world.lives.has(id)) world.begin(id)
  for (const { line } of world.lives.values()) line.heal()
  const problem = await advance(world, TTL_MS * 6)
  if (problem !== undefined) return problem
  const [leader, ...others] = world.leaders()
  if (leader === undefined || others.length > 0) return "no leader after everything was healed"
  const seen = [...world.lives.values()].map(({ ring }) => ring.state().leaders.get(GROUP)?.member)
  return seen.every((member) => member === leader[0]) ? undefined : `they do not agree: ${seen.join(", ")}`
}

describe("elections through random histories of cuts, crashes and restarts", () => {
  it("never have two valid leaders nor a fence twice, and end with one leader when all is well", {
    timeout: 120_000,
  }, async () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      expect(await playHistory(seed), `ELECTIONS seed ${seed}`).toBeUndefined()
    }
  })
})
