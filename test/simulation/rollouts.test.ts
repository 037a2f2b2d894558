import { describe, expect, it } from "vitest"
import { recordOf } from "../../src/cluster/ring/rollout.ts"
import { settle } from "../support/settle.ts"
import { createRolloutWorld, GROUP, PATIENCE_MS, release, TTL_MS } from "./rollout-world.ts"

const HISTORIES = Number(process.env["ROLLOUTS"] ?? 25)
const STEPS = 30
const IDS = ["a", "b", "c", "d"]
const VERSIONS = 5

type World = ReturnType<typeof createRolloutWorld>

async function advance(world: World, ms: number): Promise<string | undefined> {
  for (let passed = 0; passed < ms; passed += 500) {
    world.clock.advance(500)
    await settle()
    if (world.problems.length > 0) return world.problems[0]
  }
  return undefined
}

async function disturb(world: World): Promise<void> {
  const { random, lives, channel } = world
  const id = IDS[Math.floor(random() * IDS.length)] ?? "a"
  const life = lives.get(id)
  const what = random()
  if (what < 0.2) {
    const version = 1 + Math.floor(random() * VERSIONS)
    channel.head = release(version)
    return
  }
  if (life === undefined) return world.begin(id)
  if (what < 0.35) life.line.cut()
  else if (what < 0.6) life.line.heal()
  else if (what < 0.85) {
    await world.end(id, what > 0.8)
    if (random() < 0.5) world.begin(id)
  }
}

async function playHistory(seed: number): Promise<string | undefined> {
  const world = createRolloutWorld(seed)
  const { channel, random, lives } = world
  if (random() < 0.7) channel.bad.add(release(2 + Math.floor(random() * (VERSIONS - 1))))
  for (const id of IDS) world.begin(id)
  for (let step = 0; step < STEPS; step++) {
    await disturb(world)
    const problem = await advance(world, 500 * (1 + Math.floor(random() * 12)))
    if (problem !== undefined) return `step ${step}: ${problem}`
  }
  for (const id of IDS) if (!lives.has(id)) world.begin(id)
  for (const { line } of lives.values()) line.heal()
  const problem = await advance(world, TTL_MS * 4 + IDS.length * (PATIENCE_MS + 30_000))
  return problem ?? whatIsWrong(world)
}

/**
 * All is well again: everybody runs the head of the channel, or together what they ran before a bad one. From a
 * demotion to a bad one there is no way back: only who was thought dead while it went over is unwell besides the first.
 */
function whatIsWrong({ machines, lives, channel, isHealthy }: World): string | undefined {
  const releases = [...new Set([...machines.values()].map((machine) => machine.release))]
  const record = [...lives.values()].map(({ ring }) => recordOf(ring.state(), GROUP))[0]
  const told = `they run ${releases.join(", ")}, the head is ${channel.head}; ${JSON.stringify(record)}`
  if (record?.from === undefined && channel.bad.has(record?.package ?? "")) {
    const unwell = [...machines.values()].filter((machine) => !isHealthy(machine))
    return unwell.length < machines.size ? undefined : `all are down: ${told}`
  }
  if (releases.length !== 1) return `they differ: ${told}`
  if ([...machines.values()].some((machine) => !isHealthy(machine))) return `not healthy: ${told}`
  if (channel.bad.has(channel.head))
    return record?.rejected?.package === channel.head ? undefined : `not rejected: ${told}`
  return releases[0] === channel.head ? undefined : `not the head: ${told}`
}

describe("rolling updates through random histories of cuts, crashes, demotions and bad releases", () => {
  it("never take a second member down, never try a rejected release again, and end with one healthy release", {
    timeout: 120_000,
  }, async () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      expect(await playHistory(seed), `ROLLOUTS seed ${seed}`).toBeUndefined()
    }
  })
})
