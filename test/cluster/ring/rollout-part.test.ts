import { describe, expect, it } from "vitest"
import { createLocalStore } from "../../../src/cluster/local-store.ts"
import { ringKey } from "../../../src/cluster/ring/keys.ts"
import type { MemberRecord, UpdateRecord } from "../../../src/cluster/ring/records.ts"
import { joinRing } from "../../../src/cluster/ring/ring.ts"
import { takePartInUpdates } from "../../../src/cluster/ring/rollout-part.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { settle } from "../../support/settle.ts"

const GROUP = "web.default"
const RECORD: UpdateRecord = { package: "a/web/2/1", goesBack: false, incarnation: 1, turn: "m", done: [] }

/** A member alone that runs the release of the record and is healthy; what it does to settle lasts until it is let go. */
async function settlingMember() {
  const clock = fakeClock()
  const store = createLocalStore({ read: () => ({ revision: 0, entries: [] }), write: () => undefined }, 0)
  const member = { instance: "", version: "1", leaving: false, sys: {} } as unknown as MemberRecord
  const ring = joinRing(
    { store, clock, random: () => 0, say: () => undefined },
    { ring: "r", memberId: "m", ttlMs: 1_000, member },
  )
  const settled: (() => void)[] = []
  const part = takePartInUpdates({
    ...{ ring, name: "r", group: GROUP, clock, retryMs: 60_000 },
    actions: {
      self: () => ({ wish: "a/web", running: RECORD.package, settled: true, leaderLast: false }),
      install: async () => true,
      goOver: () => undefined,
      settle: () => new Promise<void>((resolve) => settled.push(resolve)),
      rejected: () => undefined,
      notWritten: () => undefined,
    },
  })
  await settle()
  const write = async (record: UpdateRecord) => {
    const key = ringKey("r", "updates", GROUP)
    await ring.commit([], [], [{ tag: "put", key, value: JSON.stringify(record) }])
    await settle()
  }
  await write(RECORD)
  return { part, settled, write }
}

describe("a member's part in an update", () => {
  it("does not write what is done over what somebody wrote meanwhile, and goes on with that at once", async () => {
    const { part, settled, write } = await settlingMember()
    expect(settled.length).toBe(1)
    await write({ ...RECORD, incarnation: 2 })
    settled[0]?.()
    await settle()
    expect(part.record()).toEqual({ ...RECORD, incarnation: 2 })
    expect(settled.length).toBe(2)
    settled[1]?.()
    await settle()
    expect(part.record()).toEqual({ ...RECORD, incarnation: 2, done: ["m"] })
  })
})
