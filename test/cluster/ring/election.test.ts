import { describe, expect, it } from "vitest"
import { type Electorate, electionStep } from "../../../src/cluster/ring/election.ts"
import { EMPTY_RING, type RingState } from "../../../src/cluster/ring/ring-state.ts"

const GROUP = "redis.default"
const U64_MAX = String(2n ** 64n - 1n)

/** A ring in which these posted for the first term. */
function posted(suitabilities: Readonly<Record<string, string>>, term = 1): RingState {
  const candidates = new Map(Object.entries(suitabilities).map(([id, suitability]) => [id, { suitability, term }]))
  return { ...EMPTY_RING, candidates: new Map([[GROUP, candidates]]) }
}

const step = (state: RingState, me: string, more: Partial<Electorate> = {}) =>
  electionStep(state, { me, group: GROUP, alive: ["a", "b", "c"], leaderlessMs: 0, patienceMs: 5_000, ...more })

describe("a step of an election (decisions 33)", () => {
  it("posts first, then waits for those who have not, and no longer than its patience", () => {
    expect(step(EMPTY_RING, "a")).toEqual({ tag: "post", term: 1 })
    expect(step(posted({ a: "1" }), "a", { leaderlessMs: 2_000 })).toEqual({ tag: "wait", waitMs: 3_000 })
    expect(step(posted({ a: "1" }), "a", { leaderlessMs: 5_000 })).toEqual({ tag: "claim", term: 1, suitability: "1" })
  })

  it("lets the most suitable claim, among equals the greater member id; numbers count to 2^64", () => {
    const ranks = posted({ a: U64_MAX, b: "18446744073709551614", c: "9" })
    expect(step(ranks, "a")).toMatchObject({ tag: "claim" })
    expect(step(ranks, "b")).toMatchObject({ tag: "wait" })
    const equal = posted({ a: "5", b: "5", c: "5" })
    expect(step(equal, "c")).toMatchObject({ tag: "claim" })
    expect(step(posted({ a: "nonsense", b: "0", c: "" }), "c")).toMatchObject({ tag: "claim" })
  })

  it("is settled while somebody leads, however suitable others are", () => {
    const leader = { member: "c", suitability: "0", term: 1, fence: 7 }
    expect(step({ ...posted({ a: "9" }), leaders: new Map([[GROUP, leader]]) }, "a")).toEqual({ tag: "settled" })
  })

  it("asks anew in every term: what was posted for an earlier one does not count", () => {
    const later = { ...posted({ a: "9" }), elections: new Map([[GROUP, { member: "c", term: 1, revision: 3 }]]) }
    expect(step(later, "a")).toEqual({ tag: "post", term: 2 })
  })

  it("does not wait for the dead, nor let them win; who is alone elects itself", () => {
    const ranks = posted({ a: "1", b: "9" })
    expect(step(ranks, "a", { alive: ["a"] })).toMatchObject({ tag: "claim" })
  })
})
