import { expect, it } from "vitest"
import { type Journal, remember } from "../../../src/supervisor/hooks/hook-memory.ts"

it("the journal keeps the last ten runs, oldest first", () => {
  let journal: Journal = []
  for (let run = 1; run <= 12; run += 1) {
    const report = {
      event: "pre-start",
      hook: "init",
      path: "/x",
      elapsedMs: run,
      firstOutput: "a",
      lastLine: "a",
    } as const
    journal = remember(journal, { ...report, outcome: { tag: "succeeded" } }, run * 1_000)
  }
  expect(journal.map((entry) => entry.elapsedMs)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(journal[0]).toEqual({
    atMs: 3_000,
    event: "pre-start",
    hook: "init",
    outcome: { tag: "succeeded" },
    elapsedMs: 3,
  })
})
