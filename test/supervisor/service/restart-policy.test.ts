import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  afterFailure,
  backoffPolicy,
  finishesService,
  NO_FAILURES,
} from "../../../src/supervisor/service/restart-policy.ts"

/** The waits of failures in a row, each `upForMs` after its start. */
function waits(flags: Parameters<typeof backoffPolicy>[0], upForMs: readonly number[], random = 0): number[] {
  const policy = backoffPolicy(flags)
  let backoff = NO_FAILURES
  return upForMs.map((ms) => {
    const after = afterFailure(policy, backoff, { upForMs: ms, random })
    backoff = after.backoff
    return after.delayMs
  })
}

describe("the back-off without flags", () => {
  it("waits 1 s, twice as long each time, and at most 60 s", () => {
    expect(waits({}, Array(8).fill(0))).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  })

  it("restarts at once after the first failure that follows 10 s of being up", () => {
    expect(waits({}, [9_999])).toEqual([1000])
    expect(waits({}, [10_000, 10_000, 10_000])).toEqual([0, 1000, 2000])
  })

  it("forgets failures after 30 s of being up", () => {
    expect(waits({}, [0, 0, 29_999, 30_000, 0])).toEqual([1000, 2000, 4000, 0, 1000])
  })

  it("shortens a wait by a quarter at most, by chance", () => {
    expect(waits({}, [0, 0], 0.999_999)).toEqual([750, 1500])
  })
})

describe("the back-off of Habitat", () => {
  it("is chosen by any of the flags, with the greater of minimum and 60 s as the maximum", () => {
    expect(backoffPolicy({})).toEqual({ tag: "default" })
    const common = { tag: "habitat", cooldownMs: 300_000 }
    expect(backoffPolicy({ minimumSec: 90 })).toEqual({ ...common, minimumMs: 90_000, maximumMs: 90_000 })
    expect(backoffPolicy({ minimumSec: 5 })).toEqual({ ...common, minimumMs: 5_000, maximumMs: 60_000 })
    expect(backoffPolicy({ maximumSec: 20 })).toEqual({ ...common, minimumMs: 0, maximumMs: 20_000 })
    expect(backoffPolicy({ cooldownSec: 9 })).toMatchObject({ minimumMs: 0, maximumMs: 60_000, cooldownMs: 9_000 })
  })

  it("never waits with 0 and 0", () => {
    expect(waits({ minimumSec: 0, maximumSec: 0 }, [0, 0, 0], 0.9)).toEqual([0, 0, 0])
  })

  it("waits the minimum first, then something between it and three times the wait before", () => {
    expect(waits({ minimumSec: 2, maximumSec: 100 }, [0, 0, 0], 0)).toEqual([2000, 2000, 2000])
    expect(waits({ minimumSec: 2, maximumSec: 30 }, [0, 0, 0, 0], 0.5)).toEqual([2000, 4000, 7000, 11_500])
  })

  it("takes the maximum for the base when it is the smaller one", () => {
    expect(waits({ minimumSec: 9, maximumSec: 3 }, [0, 0], 0.9)).toEqual([3000, 3000])
  })

  it("begins again with the minimum after being up for longer than the cool-down", () => {
    const flags = { minimumSec: 2, maximumSec: 60, cooldownSec: 30 }
    expect(waits(flags, [0, 30_000, 30_001], 0.5)).toEqual([2000, 4000, 2000])
  })

  it("stays between base and maximum, whatever chance says", () => {
    const flags = fc.record({ minimumSec: fc.nat(100), maximumSec: fc.nat(100) })
    const failures = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 12 })
    fc.assert(
      fc.property(flags, failures, ({ minimumSec, maximumSec }, chances) => {
        const policy = backoffPolicy({ minimumSec, maximumSec })
        let backoff = NO_FAILURES
        for (const random of chances) {
          const after = afterFailure(policy, backoff, { upForMs: 0, random })
          backoff = after.backoff
          expect(after.delayMs).toBeGreaterThanOrEqual(Math.min(minimumSec, maximumSec) * 1000)
          expect(after.delayMs).toBeLessThanOrEqual(maximumSec * 1000)
        }
      }),
    )
  })
})

describe("the restart policy", () => {
  it("leaves a service at its success unless it is always restarted; an unknown end is no success", () => {
    const success = { tag: "exited", code: 0 } as const
    expect(finishesService("always", success)).toBe(false)
    expect(finishesService("on-failure", success)).toBe(true)
    expect(finishesService("no", success)).toBe(true)
    for (const status of [
      { tag: "exited", code: 1 },
      { tag: "signaled", signal: "SIGTERM" },
      { tag: "unknown" },
    ] as const) {
      expect(finishesService("on-failure", status)).toBe(false)
    }
  })
})
