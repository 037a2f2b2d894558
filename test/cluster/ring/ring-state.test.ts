import { describe, expect, it } from "vitest"
import type { Change } from "../../../src/cluster/cluster-store.ts"
import { parseRingKey, ringKey } from "../../../src/cluster/ring/keys.ts"
import { memberHealth, nextHealthChangeMs, SUSPECT_MS } from "../../../src/cluster/ring/member-health.ts"
import { applyChanges, applyListing, EMPTY_RING, type RingState } from "../../../src/cluster/ring/ring-state.ts"

const RING = "east"
const GROUP = "redis.default"
let revision = 0

const put = (key: string, record: object): Change => {
  revision++
  return { tag: "put", entry: { key, value: JSON.stringify(record), createRevision: revision, revision } }
}
const gone = (key: string): Change => ({ tag: "deleted", key, revision: ++revision })
const member = (id: string) => ringKey(RING, "members", id)
const service = (id: string) => ringKey(RING, "services", GROUP, id)
const learned = (state: RingState, nowMs: number, ...changes: Change[]) =>
  applyChanges(RING, state, changes, { revision, nowMs })

const two = learned(
  EMPTY_RING,
  0,
  ...["a", "b"].flatMap((id) => [put(member(id), { instance: id }), put(service(id), { package: `p/${id}` })]),
)

describe("what is known of a ring", () => {
  it("counts the changes of each kind, over listings too", () => {
    expect(two.counters).toMatchObject({ members: 2, services: 2, config: 0 })
    const after = learned(two, 0, gone(service("a")), put(service("b"), { package: "p/c" }))
    expect(applyListing(RING, after, { entries: [], revision: 99 }, 0).counters).toMatchObject({
      members: 2,
      services: 4,
    })
  })

  it("keeps who died and what it ran, and how long ago", () => {
    const state = learned(two, 1_000, gone(member("a")), gone(service("a")))
    expect([...(state.services.get(GROUP)?.keys() ?? [])].sort()).toEqual(["a", "b"])
    const lost = state.members.get("a") ?? { lostMs: undefined }
    expect([1_000, 1_000 + SUSPECT_MS, 1_000 + 4 * 86_400_000].map((nowMs) => memberHealth(lost, nowMs))).toEqual([
      "suspect",
      "confirmed",
      "departed",
    ])
    expect(nextHealthChangeMs(state.members.values(), 2_000)).toBe(SUSPECT_MS - 1_000)
    expect(memberHealth(state.members.get("b") ?? lost, 5_000)).toBe("alive")
  })

  it("forgets who said goodbye, and who was told to leave for good", () => {
    const leaving = learned(
      two,
      0,
      put(member("a"), { instance: "a", leaving: true }),
      gone(member("a")),
      gone(service("a")),
    )
    expect([...leaving.members.keys()]).toEqual(["b"])
    expect([...(leaving.services.get(GROUP)?.keys() ?? [])]).toEqual(["b"])
    const departed = learned(learned(two, 0, gone(member("a"))), 0, put(ringKey(RING, "departed", "a"), { by: "x" }))
    expect([...departed.members.keys()]).toEqual(["b"])
  })

  it("takes a service away that its member unloaded, and hears anew what a member runs that came back", () => {
    expect([
      ...(learned(two, 0, gone(service("a")))
        .services.get(GROUP)
        ?.keys() ?? []),
    ]).toEqual(["b"])
    const back = learned(learned(two, 0, gone(member("a"))), 9, put(member("a"), { instance: "a" }))
    expect([...(back.services.get(GROUP)?.keys() ?? [])]).toEqual(["b"])
    expect(back.members.get("a")?.lostMs).toBeUndefined()
  })

  it("notices in a listing who went while nobody looked, and keeps how long it was gone before", () => {
    const lost = learned(two, 500, gone(member("a")))
    const entries = [put(member("b"), { instance: "b" })].flatMap((change) =>
      change.tag === "put" ? [change.entry] : [],
    )
    const state = applyListing(RING, lost, { entries, revision: 99 }, 8_000)
    expect(state.members.get("a")?.lostMs).toBe(500)
    expect([...(state.services.get(GROUP)?.keys() ?? [])]).toEqual(["a"])
    expect(state.revision).toBe(99)
  })

  it("passes over what is not ours: another ring, unknown kinds, values that are no records", () => {
    const changes = [
      put(ringKey("west", "members", "z"), {}),
      put(`/hab/${RING}/weather/today`, {}),
      { tag: "put", entry: { key: member("z"), value: "[1", createRevision: 1, revision: 1 } } as const,
    ]
    expect({ ...learned(two, 0, ...changes), revision: 0 }).toEqual({ ...two, revision: 0 })
    expect(parseRingKey(RING, `/hab/${RING}/services/${GROUP}`)).toBeUndefined()
    expect(parseRingKey(RING, ringKey(RING, "files", GROUP, "a/b"))).toEqual({
      kind: "files",
      subject: GROUP,
      id: "a/b",
    })
  })
})
