import { describe, expect, it } from "vitest"
import { ACTIONS } from "../../../src/supervisor/service/actions.ts"
import { GUARDS } from "../../../src/supervisor/service/guards.ts"
import { EVENT_TAGS } from "../../../src/supervisor/service/messages.ts"
import { ROWS } from "../../../src/supervisor/service/rows.ts"
import { STATE_TAGS } from "../../../src/supervisor/service/service.ts"
import { answersOf, machineMarkdown } from "../../../src/supervisor/service/table.ts"

const cells = STATE_TAGS.flatMap((state) =>
  EVENT_TAGS.map((event) => ({ cell: `${state} + ${event}`, answers: answersOf(ROWS, state, event) })),
)

describe("the rows of the service machine", () => {
  it("answer every event in every state", () => {
    const open = cells.filter(({ answers }) => answers.at(-1)?.when !== undefined || answers.length === 0)
    expect(open.map(({ cell }) => cell)).toEqual([])
  })

  it("can all be reached: none stands behind one that always answers", () => {
    const hidden = cells.flatMap(({ cell, answers }) =>
      answers.slice(0, -1).flatMap((row) => (row.when === undefined ? [`${cell}: behind “${row.id}”`] : [])),
    )
    expect(hidden).toEqual([])
  })

  it("have a name of their own and a reason", () => {
    expect(new Set(ROWS.map((row) => row.id)).size).toBe(ROWS.length)
    expect(ROWS.filter((row) => row.because.length < 6)).toEqual([])
  })

  it("say where the run goes whenever they lead to its end, and only then", () => {
    const ends = ["leaving", "stopping", "cleaning", "next"]
    const wrong = ROWS.filter((row) => row.to !== undefined && ends.includes(row.to) !== (row.next !== undefined))
    expect(wrong.map((row) => row.id)).toEqual([])
  })

  it("use every condition and every action there is", () => {
    const used = new Set<string>(ROWS.flatMap((row) => [...(row.when ?? []), ...(row.do ?? [])]))
    expect([...Object.keys(GUARDS), ...Object.keys(ACTIONS)].filter((name) => !used.has(name))).toEqual([])
  })
})

describe("the printed table of the machine", () => {
  const page = machineMarkdown()

  it("has a line for every event with a cell for every state", () => {
    const lines = page.split("\n").filter((line) => line.startsWith("| `"))
    expect(lines).toHaveLength(EVENT_TAGS.length)
    expect(lines.map((line) => line.split(" | ").length)).toEqual(EVENT_TAGS.map(() => STATE_TAGS.length + 1))
  })

  it("reads as the design writes it", () => {
    expect(page).toContain(
      "- **initialized, inputs changed** — initializing + `hooks-done`, when the list is over and inputs changed meanwhile: → refreshing; changes while initializing are rendered before the spawn (decisions 6).",
    )
    expect(page).toContain(
      "- **nothing is alive** — stopping + `emptied`: nothing is alive → next{kept}; the run is over.",
    )
  })
})
