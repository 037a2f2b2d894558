import { describe, expect, it } from "vitest"
import { type RingStatus, type RingUpdate, ringText } from "../../../src/supervisor/gateway/ring-status.ts"

const UPDATE: RingUpdate = { package: "a/web/2/1", turn: "m1", done: [], waiting: ["m1", "m2"], rejected: null }

function textOf(update: RingUpdate | null): string {
  const member = { id: "m1", package: "a/web/1/1", up: true, healthy: true, health: "alive" }
  const group = { group: "web.default", leader: null, fence: null, term: null, update, members: [member] }
  const ring = { ring: "east", memberId: "m1", live: true, problem: null, revision: 7, members: [], groups: [group] }
  return ringText(ring satisfies RingStatus)
}

describe("hab ring status", () => {
  it("tells how far an update is, and what was rejected", () => {
    expect(textOf(UPDATE)).toMatch(/\nweb\.default goes over to a\/web\/2\/1: 2 to go; the turn of m1$/)
    const rejected = { package: "a/web/3/1", member: "m2", why: "not healthy within 60 s" }
    expect(textOf({ ...UPDATE, waiting: [], rejected })).toMatch(
      /\nweb\.default does not try a\/web\/3\/1 again: not healthy within 60 s on the member m2$/,
    )
    expect(textOf({ ...UPDATE, waiting: [] })).not.toMatch(/goes over/)
    expect(textOf(null)).not.toMatch(/goes over|again/)
  })
})
