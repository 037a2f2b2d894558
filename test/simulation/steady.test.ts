import { describe, expect, it } from "vitest"
import { stringifyIdent } from "../../src/package/ident.ts"
import { createSteadyWorld } from "./steady-world.ts"

const HISTORIES = Number(process.env["STEADY"] ?? 100)
const HAPPENINGS = 25

type World = ReturnType<typeof createSteadyWorld>

/** What is said to be proved is what runs. */
function whatIsWrong({ held, status }: World): string | undefined {
  const told = status()
  const running = held.release === undefined ? "nothing" : stringifyIdent(held.release.pkg.ident)
  return told?.step === "is-proved" && told.release !== running ? `it runs ${running}, and "${told.text}"` : undefined
}

async function playHistory(seed: number): Promise<string | undefined> {
  const world = createSteadyWorld(seed)
  for (let step = 0; step < HAPPENINGS; step += 1) {
    if (world.chance(0.6)) world.happen()
    await world.pass(world.chance(0.2) ? 12_000 : 1_000)
    const problem = whatIsWrong(world)
    if (problem !== undefined) return problem
  }
  await world.calmDown()
  const { state } = world.held.service
  const told = world.status()
  if (state.tag !== "up") return `it is ${state.tag}`
  return told === null || told.step === "rejected" ? undefined : `it has been up for long, and "${told.text}"`
}

describe("a service without a health check that is updated", () => {
  it("is told what it runs, and has nothing to prove once it has been up for a while, whatever happened before", async () => {
    for (let seed = 1; seed <= HISTORIES; seed += 1) {
      expect(await playHistory(seed), `STEADY seed ${seed}`).toBeUndefined()
    }
  })
})
