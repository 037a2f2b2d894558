import { beforeAll, describe, expect, it } from "vitest"
import type { Row } from "../../src/supervisor/service/row.ts"
import { ROWS } from "../../src/supervisor/service/rows.ts"
import { machineOf, transition } from "../../src/supervisor/service/transition.ts"
import { playHistory } from "./history.ts"
import { type Mutant, mutantsOf } from "./mutants.ts"

const HISTORIES = 5_000
/** A mutant that cannot be told from the machine needs no long proof of it. */
const HISTORIES_OF_SURVIVORS = 300

/** Mutants that no history can tell from the machine, and why. */
const SURVIVORS: Readonly<Record<string, string>> = {
  "start at rest: answers like “stop or restart on its way up”":
    "at rest nothing is alive, so `stopping{start}` passes in the same step and is `begin`",
  "start at rest: answers like “stop at rest”": "the same: `stopping{start}` at rest is `begin`",
}

/** In which histories each row answers. A mutant of the row behaves like the machine in all others. */
const historiesOf = new Map<Row, number[]>(ROWS.map((row) => [row, []]))

beforeAll(() => {
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const fired = new Set<Row>()
    playHistory(seed, transition, { fired })
    for (const row of fired) historiesOf.get(row)?.push(seed)
  }
})

function survives({ name, row, rows, wider }: Mutant): boolean {
  const machine = machineOf(rows)
  const histories = Object.hasOwn(SURVIVORS, name) ? HISTORIES_OF_SURVIVORS : HISTORIES
  const seeds = wider ? Array.from({ length: histories }, (_, index) => index + 1) : (historiesOf.get(row) ?? [])
  return seeds.every((seed) => seed > histories || playHistory(seed, machine) === undefined)
}

describe("the rows of the service machine", () => {
  it("answer at least once each in 5,000 histories", () => {
    const idle = [...historiesOf].filter(([, seeds]) => seeds.length === 0).map(([row]) => row.id)
    expect(idle).toEqual([])
  })

  it("are all needed as they are: whatever is dropped or swapped, a history shows it", () => {
    const survivors = mutantsOf(ROWS).filter(survives)
    expect(survivors.map((mutant) => mutant.name)).toEqual(Object.keys(SURVIVORS))
  })
})
