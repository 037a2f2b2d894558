import { describe, expect, it } from "vitest"
import {
  HEALTH_BEFORE_CHECKS,
  type Health,
  pauseAfterCheck,
  takeAnswer,
} from "../../../src/supervisor/service/health.ts"

type Answer = Parameters<typeof takeAnswer>[1]

/** The turns and the health after these answers. */
function take(
  answers: readonly Answer[],
  healthFailureThreshold = 3,
): { turns: (string | undefined)[]; health: Health } {
  let health = HEALTH_BEFORE_CHECKS
  const turns = answers.map((answer) => {
    const taken = takeAnswer(health, answer, { healthFailureThreshold })
    health = taken.health
    return taken.turn
  })
  return { turns, health }
}

describe("the pause after a health check", () => {
  const facts = { firstOkSeen: true, intervalMs: 45_000, random: 0.99 }

  it("is the interval after an ok", () => {
    expect(pauseAfterCheck("ok", facts)).toBe(45_000)
  })

  it("is 30 s after anything else when the interval is longer, the interval when it is shorter", () => {
    for (const answer of ["warning", "critical", "unknown", "failed"] as const) {
      expect(pauseAfterCheck(answer, facts)).toBe(30_000)
      expect(pauseAfterCheck(answer, { ...facts, intervalMs: 5_000 })).toBe(5_000)
    }
  })

  it("is a random time below the interval after the first ok", () => {
    const first = { ...facts, firstOkSeen: false }
    expect(pauseAfterCheck("ok", { ...first, random: 0 })).toBe(0)
    expect(pauseAfterCheck("ok", { ...first, random: 0.5 })).toBe(22_500)
    expect(pauseAfterCheck("ok", { ...first, random: 0.999_999 })).toBe(44_999)
    expect(pauseAfterCheck("ok", { ...first, intervalMs: 500, random: 0.999 })).toBe(499)
  })

  it("has no splay with interval 0", () => {
    expect(pauseAfterCheck("ok", { firstOkSeen: false, intervalMs: 0, random: 0.9 })).toBe(0)
  })
})

describe("the answers of health checks", () => {
  it("make a service ready with the first ok or warning, and tell that once", () => {
    expect(take(["warning", "ok", "ok"])).toMatchObject({
      turns: ["post-healthy", undefined, undefined],
      health: { standing: "ready", status: "ok", failures: 0 },
    })
  })

  it("make it unhealthy after so many failures in a row, and tell that once", () => {
    expect(take(["ok", "critical", "failed", "critical", "critical"])).toMatchObject({
      turns: ["post-healthy", undefined, undefined, "post-unhealthy", undefined],
      health: { standing: "unhealthy", failures: 4 },
    })
  })

  it("tell of every recovery, and begin to count anew", () => {
    expect(take(["critical", "ok", "critical", "ok"], 1).turns).toEqual([
      "post-unhealthy",
      "post-healthy",
      "post-unhealthy",
      "post-healthy",
    ])
    expect(take(["critical", "critical", "ok", "critical"]).health).toMatchObject({ standing: "ready", failures: 1 })
  })

  it("change nothing when the check itself says unknown", () => {
    expect(take(["critical", "critical", "unknown", "critical"]).turns.at(-1)).toBe("post-unhealthy")
    expect(take(["ok", "unknown"]).health).toMatchObject({ standing: "ready", status: "unknown" })
  })

  it("show a failed check as unknown though it counts as a failure", () => {
    expect(take(["failed"], 1)).toMatchObject({ turns: ["post-unhealthy"], health: { status: "unknown" } })
  })
})
