import { describe, expect, it } from "vitest"
import type { MemberRecord, ServiceRecord, UpdateRecord } from "../../../src/cluster/ring/records.ts"
import { EMPTY_RING, type RingState } from "../../../src/cluster/ring/ring-state.ts"
import {
  groundOf,
  looksForUpdates,
  nextUpdate,
  type RolloutFacts,
  rolloutProgress,
  rolloutStep,
  wayBack,
} from "../../../src/cluster/ring/rollout.ts"

const GROUP = "web.default"
const at = (version: number) => `a/web/${version}/1`

type Shown = Readonly<{ on: number; healthy?: boolean; wish?: string | null; lostMs?: number }>

/** A ring in which these members run these versions, with an update and a leader. */
function ringOf(shown: Readonly<Record<string, Shown>>, update?: Partial<UpdateRecord>, leader?: string): RingState {
  const record = { package: at(2), from: at(1), goesBack: false, incarnation: 1, turn: "", done: [], ...update }
  const services = Object.entries(shown).map(([id, { on, healthy = true, wish = "a/web" }]) => {
    const service = { package: at(on), healthy, ...(wish === null ? {} : { wish }) }
    return [id, service as ServiceRecord] as const
  })
  return {
    ...EMPTY_RING,
    members: new Map(
      Object.entries(shown).map(([id, { lostMs }]) => [id, { record: {} as MemberRecord, lostMs }] as const),
    ),
    services: new Map([[GROUP, new Map(services)]]),
    updates: update === undefined ? new Map() : new Map([[GROUP, { ...record, revision: 3 }]]),
    leaders:
      leader === undefined ? new Map() : new Map([[GROUP, { member: leader, suitability: "0", term: 1, fence: 1 }]]),
  }
}

const facts = (me: string, on: number, more: Partial<RolloutFacts> = {}): RolloutFacts => ({
  ...{ me, group: GROUP, wish: "a/web", running: at(on), settled: true, leaderLast: false, nowMs: 100_000 },
  ...more,
})
const step = (state: RingState, ...me: Parameters<typeof facts>) => rolloutStep(state, facts(...me))
const three = { a: { on: 1 }, b: { on: 1 }, c: { on: 1 } }

describe("a step of a rolling update", () => {
  it("gives the turn to the first member, and lets the others wait for it", () => {
    const state = ringOf(three, {})
    expect(step(state, "a", 1)).toMatchObject({ tag: "take", record: { turn: "a", done: [] } })
    expect(step(state, "b", 1)).toEqual({ tag: "wait", member: "a", to: at(2) })
    expect(step(ringOf(three, { turn: "a" }), "a", 1)).toEqual({ tag: "go", to: at(2), verb: "update" })
  })

  it("goes on when the one before runs the release, is healthy, and has said so", () => {
    const gone = { turn: "a" }
    expect(step(ringOf({ ...three, a: { on: 2, healthy: false } }, gone), "b", 1)).toMatchObject({ member: "a" })
    expect(step(ringOf({ ...three, a: { on: 2 } }, gone), "b", 1)).toMatchObject({ tag: "wait", member: "a" })
    const done = { turn: "a", done: ["a"] }
    expect(step(ringOf({ ...three, a: { on: 2 } }, done), "b", 1)).toMatchObject({ tag: "take", record: { turn: "b" } })
    expect(step(ringOf({ ...three, a: { on: 2, healthy: false } }, done), "b", 1)).toMatchObject({ member: "a" })
  })

  it("waits for a member that is suspect, and not for one that is dead, that takes no part or that was unloaded", () => {
    const gone = { turn: "a" }
    expect(step(ringOf({ ...three, a: { on: 2, lostMs: 99_000 } }, gone), "b", 1)).toMatchObject({ member: "a" })
    expect(step(ringOf({ ...three, a: { on: 2, lostMs: 90_000 } }, gone), "b", 1)).toMatchObject({ tag: "take" })
    expect(step(ringOf({ ...three, a: { on: 2, wish: null } }, gone), "b", 1)).toMatchObject({ tag: "take" })
    expect(step(ringOf({ b: { on: 1 }, c: { on: 1 } }, {}), "b", 1)).toMatchObject({ tag: "take" })
  })

  it("takes the leader last, and begins when there is one", () => {
    const last = { leaderLast: true }
    expect(step(ringOf(three, {}), "a", 1, last)).toEqual({ tag: "wait", member: undefined, to: at(2) })
    expect(step(ringOf(three, {}, "a"), "a", 1, last)).toMatchObject({ tag: "wait", member: "b" })
    expect(step(ringOf(three, {}, "a"), "b", 1, last)).toMatchObject({ tag: "take" })
    const others = { a: { on: 1 }, b: { on: 2 }, c: { on: 2 } }
    expect(step(ringOf(others, { turn: "c", done: ["b", "c"] }, "a"), "a", 1, last)).toMatchObject({ tag: "take" })
    // It was elected while it had the turn.
    expect(step(ringOf(three, { turn: "a" }, "a"), "a", 1, last)).toMatchObject({ record: { turn: "b" } })
  })

  it("takes first who is not well anyway", () => {
    const state = ringOf({ ...three, b: { on: 1, healthy: false } }, {})
    expect(step(state, "a", 1)).toMatchObject({ tag: "wait", member: "b" })
    expect(step(state, "b", 1, { settled: false })).toMatchObject({ tag: "take", record: { turn: "b" } })
  })

  it("lets who was thought dead while it went over prove itself", () => {
    const state = ringOf({ ...three, a: { on: 2, healthy: false } }, { turn: "b" })
    expect(step(state, "b", 1)).toMatchObject({ tag: "take", record: { turn: "a" } })
    const given = ringOf({ ...three, a: { on: 2, healthy: false } }, { turn: "a" })
    expect(step(given, "a", 2, { settled: false })).toMatchObject({ tag: "prove" })
    expect(step(given, "a", 2)).toMatchObject({ tag: "reached", record: { done: ["a"] } })
  })

  it("goes forward only, unless the update goes back; what the spec does not want is not gone over to", () => {
    expect(step(ringOf(three, {}), "a", 3)).toEqual({ tag: "rest" })
    expect(step(ringOf(three, { goesBack: true }), "a", 3)).toMatchObject({ tag: "take" })
    expect(step(ringOf(three, { goesBack: true, turn: "a" }), "a", 3)).toMatchObject({ tag: "go", verb: "roll-back" })
    expect(step(ringOf(three, {}), "a", 1, { wish: "a/web/1" })).toEqual({ tag: "rest" })
    expect(step(ringOf({ ...three, a: { on: 1, wish: "a/web/1" } }, {}), "b", 1)).toMatchObject({ tag: "take" })
  })

  it("says nothing to a group whose members are all gone, and nothing where the record is not one of ours", () => {
    expect(step(ringOf(three, { turn: "x", done: ["y"] }), "a", 1)).toEqual({ tag: "rest" })
    expect(step(ringOf(three, { package: 7 } as unknown as UpdateRecord), "a", 1)).toEqual({ tag: "rest" })
    expect(step(ringOf(three, { package: "nonsense" }), "a", 1)).toEqual({ tag: "rest" })
  })
})

describe("the next update of a group", () => {
  it("is looked for by the first of those that take part and may be alive", () => {
    const state = ringOf({ a: { on: 1, lostMs: 0 }, b: { on: 1 }, c: { on: 1 }, A: { on: 1, wish: null } })
    expect(looksForUpdates(state, facts("b", 1))).toBe(true)
    expect(looksForUpdates(state, facts("c", 1))).toBe(false)
  })

  it("is decided from where the group goes, and remembers what was rejected", () => {
    const rejected = { package: at(3), member: "b", why: "not healthy" }
    const state = ringOf(three, { turn: "b", rejected })
    expect(groundOf(state, facts("a", 1))).toEqual({ current: at(2), rejected: at(3) })
    expect(groundOf(ringOf(three), facts("a", 1))).toEqual({ current: at(1) })
  })

  it("goes back to what was proved last, and leaves the turn to who is half way over", () => {
    const half = ringOf({ ...three, b: { on: 2, healthy: false } }, { turn: "b" })
    const next = nextUpdate(half, facts("a", 1), { to: at(4), tag: "update", follows: false })
    expect(next).toMatchObject({ package: at(4), from: at(1), turn: "b", done: [], incarnation: 2, goesBack: false })
    const settled = ringOf({ a: { on: 2 } }, { turn: "a", done: ["a"] })
    const alone = nextUpdate(settled, facts("a", 2), { to: at(1), tag: "roll-back", follows: true })
    expect(alone).toMatchObject({ package: at(1), turn: "a", goesBack: true })
    expect(alone.from).toBeUndefined()
  })

  it("leads back from a release that did not become healthy, once", () => {
    const record = { package: at(2), from: at(1), goesBack: false, incarnation: 4, turn: "b", done: ["a"] }
    const back = wayBack(record, "b", "not healthy")
    expect(back).toEqual({
      ...{ package: at(1), goesBack: true, incarnation: 5, turn: "b", done: [] },
      rejected: { package: at(2), member: "b", why: "not healthy" },
    })
    expect(back === undefined ? undefined : wayBack(back, "b", "not healthy either")).toBeUndefined()
  })

  it("is told with those who have to go over", () => {
    const state = ringOf({ ...three, a: { on: 2 } }, { turn: "b", done: ["a"] })
    expect(rolloutProgress(state, GROUP, 100_000)).toMatchObject({ record: { turn: "b" }, waiting: ["b", "c"] })
  })
})
