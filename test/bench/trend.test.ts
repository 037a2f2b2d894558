import { describe, expect, it } from "vitest"
import { growth, judge, type Sample } from "../../bench/soak/trend.ts"

const SAME = { early: 40, late: 40 }

/** Ten minutes, one sample a second: a start-up, then a sawtooth of garbage over a floor that grows as told. */
function soak(megabytesPerHour: number): Sample[] {
  return Array.from({ length: 600 }, (_, second) => ({
    atMs: second * 1_000,
    kilobytes:
      60_000 + Math.min(second, 100) * 50 + ((second * 37) % 25) * 40 + (megabytesPerHour * 1024 * second) / 3_600,
  }))
}

describe("the judgement of a soak", () => {
  it("passes memory that only goes up and down, whatever it did while it warmed up", () => {
    expect(judge(soak(0), SAME).problems).toEqual([])
  })

  it("sees a leak of 2 MB an hour below garbage that comes and goes", () => {
    expect(growth(soak(2).slice(300))).toBeCloseTo(2, 0)
    expect(judge(soak(2), SAME).problems).toEqual([expect.stringMatching(/memory grew by .* MB an hour/)])
  })

  it("sees descriptors that stay open", () => {
    expect(judge(soak(0), { early: 40, late: 41 }).problems).toEqual(["open descriptors went from 40 to 41"])
  })
})
