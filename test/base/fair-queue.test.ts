import { describe, expect, it } from "vitest"
import { fairQueue } from "../../src/base/fair-queue.ts"

describe("a fair queue", () => {
  it("runs jobs in order and ends its turn when they take long", () => {
    const turns: (() => void)[] = []
    const done: number[] = []
    let nowMs = 0
    const add = fairQueue({ nowMs: () => nowMs, later: (turn) => void turns.push(turn) }, { turnMs: 4 })
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

  it("lets a job that comes alone run at once where it is told so, and others wait when the turn is over", () => {
    const turns: (() => void)[] = []
    const done: number[] = []
    let nowMs = 0
    const machine = { nowMs: () => nowMs, later: (turn: () => void) => void turns.push(turn) }
    const add = fairQueue(machine, { turnMs: 4, startsAtOnce: true })
    const addAll = (jobs: readonly number[]) => {
      for (const job of jobs) {
        add(() => {
          done.push(job)
          nowMs += 3
        })
      }
    }
    addAll([1, 2, 3, 4])
    expect(done).toEqual([1, 2])
    turns.shift()?.()
    expect([done, turns.length]).toEqual([[1, 2, 3, 4], 0])
    addAll([5])
    expect([done.at(-1), turns.length]).toEqual([5, 1])
  })
})
