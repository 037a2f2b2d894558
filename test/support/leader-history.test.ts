import { describe, expect, it } from "vitest"
import { accepted, type Belief, problemOf } from "./leader-history.ts"

const history = (...beliefs: readonly [number, string, number][]): Belief[] =>
  beliefs.map(([at, member, fence]) => ({ at, member, fence }))

describe("the checker of histories", () => {
  it("takes a leader of yesterday that goes on with its own fence, and lets its writes not count", () => {
    const beliefs = history([1, "a", 5], [2, "b", 9], [3, "a", 5], [4, "b", 9], [5, "a", 12])
    expect(problemOf(beliefs)).toBeUndefined()
    expect(accepted(beliefs).map(({ member }) => member)).toEqual(["a", "b", "b", "a"])
  })

  it("sees a fence that two members had, in whatever order it is told", () => {
    expect(problemOf(history([3, "b", 5], [1, "a", 5]))).toBe("fence 5 belonged to a and to b")
  })

  it("sees a leader that begins with a fence lower than there was", () => {
    expect(problemOf(history([1, "a", 5], [2, "b", 4]))).toBe("b began to lead with fence 4 after there was 5")
  })
})
