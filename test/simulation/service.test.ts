import { describe, expect, it } from "vitest"
import { type Transition, transition } from "../../src/supervisor/service/transition.ts"
import { HISTORIES_OF_ROWS, playHistory } from "./history.ts"

/** The first ones are played beside this, for the tests of the rows. */
const HISTORIES = Number(process.env["HISTORIES"] ?? 20_000)
const SEED = process.env["SEED"]

/** What happened in one history, for a person: `SEED=123 npx vitest run test/simulation/service.test.ts`. */
function tell(seed: number, machine: Transition): string {
  const trail: string[] = []
  const broken = playHistory(seed, machine, { trail })
  return `SEED=${seed}: ${broken ?? "every law held"}\n${trail.join("\n")}`
}

describe("a service through random histories", () => {
  const limitMs = 60_000 + HISTORIES
  it.skipIf(SEED !== undefined)("keeps every law, whatever happens in whatever order", { timeout: limitMs }, () => {
    for (let seed = HISTORIES_OF_ROWS + 1; seed <= HISTORIES; seed++) {
      if (playHistory(seed, transition) !== undefined) expect.fail(tell(seed, transition))
    }
  })

  it.runIf(SEED !== undefined)(`keeps every law in history ${SEED}`, () => {
    const seed = Number(SEED)
    expect(playHistory(seed, transition), tell(seed, transition)).toBeUndefined()
  })

  it("plays the same history for the same seed", () => {
    expect(tell(7, transition)).toBe(tell(7, transition))
  })

  it("needs to remember that inputs changed while it could not act", () => {
    const forgetful: Transition = (service, event, instant) => {
      const outcome = transition(service, event, instant)
      return outcome.service.stale ? { ...outcome, service: { ...outcome.service, stale: false } } : outcome
    }
    const broken = Array.from({ length: 500 }, (_, seed) => playHistory(seed + 1, forgetful))
    expect(broken).toContain("spawned with old text")
    expect(broken).toContain("the files are older than the inputs")
  })
})
