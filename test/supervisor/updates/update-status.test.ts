import { describe, expect, it } from "vitest"
import type { UpdateRecord } from "../../../src/cluster/ring/records.ts"
import type { RolloutStep } from "../../../src/cluster/ring/rollout.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import { updateStatusOf } from "../../../src/supervisor/updates/update-status.ts"

const RECORD = { package: "a/web/2/1", goesBack: false, incarnation: 1, turn: "m1", done: [] }

function told(step: RolloutStep, record: UpdateRecord = RECORD): string | undefined {
  const rollout = { step: () => step, record: () => record }
  return updateStatusOf({ rollout } as unknown as Supervised)?.text
}

describe("what is told of an update", () => {
  it("is what the service waits for, and whether it has to become healthy", () => {
    const wait = { tag: "wait", to: RECORD.package } as const
    expect(told({ ...wait, member: "m2" })).toBe("goes over to a/web/2/1 when the member m2 is through")
    expect(told({ ...wait, member: undefined })).toBe("goes over to a/web/2/1 when its group has a leader")
    expect(told({ tag: "prove", record: RECORD })).toBe("runs a/web/2/1, which has to become healthy")
    expect(told({ tag: "rest" })).toBeUndefined()
  })

  it("is what was rejected, until a newer release is tried", () => {
    const rejected = { package: "a/web/3/1", member: "m1", why: "not healthy within 60 s" }
    expect(told({ tag: "rest" }, { ...RECORD, rejected })).toBe(
      "a/web/3/1 is not tried again: not healthy within 60 s on the member m1",
    )
    expect(told({ tag: "rest" }, { ...RECORD, from: "a/web/1/1", rejected })).toBeUndefined()
  })
})
