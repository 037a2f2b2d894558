import { describe, expect, it } from "vitest"
import type { UpdateRecord } from "../../../src/cluster/ring/records.ts"
import type { RolloutStep } from "../../../src/cluster/ring/rollout.ts"
import type { Supervised } from "../../../src/supervisor/supervised.ts"
import { updateStatusOf } from "../../../src/supervisor/updates/update-status.ts"

const RECORD = { package: "a/web/2/1", goesBack: false, incarnation: 1, turn: "m1", done: [] }
const PROVE: RolloutStep = { tag: "prove", record: RECORD }

type Differs = Readonly<{ record?: UpdateRecord; hooks?: readonly string[]; upcoming?: string }>

function told(step: RolloutStep, { record = RECORD, hooks = ["health-check"], upcoming }: Differs = {}) {
  const rollout = { step: () => step, record: () => record }
  const releaseAt = (path: string) => ({ pkg: { path } })
  const held = {
    ...{ rollout, service: { settings: { hooks } }, release: releaseAt("/1") },
    upcoming: upcoming === undefined ? undefined : releaseAt(upcoming),
  }
  return updateStatusOf(held as unknown as Supervised)?.text
}

describe("what is told of an update", () => {
  it("is what the service waits for", () => {
    const wait = { tag: "wait", to: RECORD.package } as const
    expect(told({ ...wait, member: "m2" })).toBe("goes over to a/web/2/1 when the member m2 is through")
    expect(told({ ...wait, member: undefined })).toBe("goes over to a/web/2/1 when its group has a leader")
    expect(told({ tag: "rest" })).toBeUndefined()
  })

  it("is what is asked of a release: to become healthy where there is a check, to stay up where there is none", () => {
    expect(told(PROVE)).toBe("runs a/web/2/1, which has to become healthy")
    expect(told(PROVE, { hooks: [] })).toBe("runs a/web/2/1, which has to stay up for 10 seconds")
    expect(told({ tag: "reached", record: RECORD }, { hooks: [] })).toBe(
      "runs a/web/2/1, which is healthy; that is being written down",
    )
  })

  it("never says that it runs a release that only its next run will be of", () => {
    expect(told(PROVE, { upcoming: "/2" })).toBe("goes over to a/web/2/1")
    expect(told(PROVE, { upcoming: "/1" })).toBe("runs a/web/2/1, which has to become healthy")
  })

  it("is what was rejected, until a newer release is tried", () => {
    const rejected = { package: "a/web/3/1", member: "m1", why: "not healthy within 60 s" }
    expect(told({ tag: "rest" }, { record: { ...RECORD, rejected } })).toBe(
      "a/web/3/1 is not tried again: not healthy within 60 s on the member m1",
    )
    expect(told({ tag: "rest" }, { record: { ...RECORD, from: "a/web/1/1", rejected } })).toBeUndefined()
  })
})
