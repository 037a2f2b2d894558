import { describe, expect, it } from "vitest"
import { fairQueue } from "../../src/host/fair-queue.ts"

describe("a fair queue", () => {
  it("runs jobs in order and ends its turn when they take long", () => {
    const turns: (() => void)[] = []
    const done: number[] = []
    let nowMs = 0
    const add = fairQueue({ nowMs: () => nowMs, later: (turn) => void turns.push(turn) })
    for (const job of [1, 2, 3, 4, 5]) {
      add(() => {
        done.push(job)
        nowMs += 2
      })
    }
    const states: [number[], number][] = []
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn()
      states.push([[...done], turns.length])
    }
    expect(states).toEqual([
      [[1, 2], 1],
      [[1, 2, 3, 4], 1],
      [[1, 2, 3, 4, 5], 0],
    ])
    add(() => void done.push(6))
    expect(turns.length).toBe(1)
  })
})
