import { beforeAll, describe, expect, it } from "vitest"
import { type GuardName, holds } from "../../src/supervisor/service/guards.ts"
import type { ServiceEvent } from "../../src/supervisor/service/messages.ts"
import type { Row } from "../../src/supervisor/service/row.ts"
import { ROWS } from "../../src/supervisor/service/rows.ts"
import type { Service } from "../../src/supervisor/service/service.ts"
import { machineOf, type Transition, transition } from "../../src/supervisor/service/transition.ts"
import { HISTORIES_OF_ROWS, playHistory } from "./history.ts"
import { type Mutant, mutantsOf } from "./mutants.ts"

/** A mutant that cannot be told from the machine needs no long proof of it. */
const HISTORIES_OF_SURVIVORS = 300

/** Rows with conditions, by the event and the state they answer. */
const CONDITIONAL = new Map<string, Conditional[]>()
type Conditional = Readonly<{ row: Row; when: readonly (readonly [GuardName])[] }>
for (const row of ROWS) {
  for (const cell of row.when === undefined
    ? []
    : row.on.flatMap((event) => row.in.map((state) => `${event} ${state}`))) {
    const when = (row.when ?? []).map((condition) => [condition] as const)
    CONDITIONAL.set(cell, [...(CONDITIONAL.get(cell) ?? []), { row, when }])
  }
}

/** Mutants that no history can tell from the machine, and why. */
const SURVIVORS: Readonly<Record<string, string>> = {
  "start at rest: answers like “stop or restart on its way up”":
    "at rest nothing is alive, so `stopping{start}` passes in the same step and is `begin`",
  "start at rest: answers like “stop at rest”": "the same: `stopping{start}` at rest is `begin`",
}

/**
 * In which histories each row answers, and in which only this one of its conditions keeps it from answering. A mutant
 * behaves like the machine in all others.
 */
const historiesOf = new Map<Row, number[]>(ROWS.map((row) => [row, []]))
const historiesOfMisses = new Map<Row, Map<GuardName, number[]>>(ROWS.map((row) => [row, new Map()]))
/** Broken laws of the machine as it is. */
const broken: string[] = []

beforeAll(() => {
  for (let seed = 1; seed <= HISTORIES_OF_ROWS; seed++) {
    const fired = new Set<Row>()
    const problem = playHistory(seed, noticingMisses(seed), { fired })
    if (problem !== undefined) broken.push(`SEED=${seed}: ${problem}`)
    for (const row of fired) historiesOf.get(row)?.push(seed)
  }
}, 60_000)

/** The machine, which notes where one condition of a row does not hold and all others do. */
function noticingMisses(seed: number): Transition {
  return (service, event, instant) => {
    for (const { row, when } of CONDITIONAL.get(`${event.tag} ${service.state.tag}`) ?? []) {
      const [missing, another] = missesIn(when, service, event)
      if (missing === undefined || another !== undefined) continue
      const misses = historiesOfMisses.get(row)
      const seeds = misses?.get(missing) ?? []
      misses?.set(missing, seeds)
      if (seeds.at(-1) !== seed) seeds.push(seed)
    }
    return transition(service, event, instant)
  }
}

/** The first two conditions that do not hold. */
function missesIn(when: Conditional["when"], service: Service, event: ServiceEvent): GuardName[] {
  const misses: GuardName[] = []
  for (const one of when) {
    if (holds(one, service, event)) continue
    misses.push(one[0])
    if (misses.length === 2) break
  }
  return misses
}

function survives({ name, row, rows, unless }: Mutant): boolean {
  const machine = machineOf(rows)
  const histories = Object.hasOwn(SURVIVORS, name) ? HISTORIES_OF_SURVIVORS : HISTORIES_OF_ROWS
  const answering = historiesOf.get(row) ?? []
  const seeds = unless === undefined ? answering : (historiesOfMisses.get(row)?.get(unless) ?? [])
  return seeds.every((seed) => seed > histories || playHistory(seed, machine) === undefined)
}

describe("the rows of the service machine", { timeout: 60_000 }, () => {
  it("keep every law in the histories they are tested with", () => {
    expect(broken).toEqual([])
  })

  it("answer at least once each in 5,000 histories", () => {
    const idle = [...historiesOf].filter(([, seeds]) => seeds.length === 0).map(([row]) => row.id)
    expect(idle).toEqual([])
  })

  it("are all needed as they are: whatever is dropped or swapped, a history shows it", () => {
    const survivors = mutantsOf(ROWS).filter(survives)
    expect(survivors.map((mutant) => mutant.name)).toEqual(Object.keys(SURVIVORS))
  })
})
