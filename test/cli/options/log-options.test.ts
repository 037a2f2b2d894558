import { describe, expect, it } from "vitest"
import { parseSince, wantedLines } from "../../../src/cli/options/log-options.ts"

const NOW_MS = Date.UTC(2026, 0, 31, 12)
const nothing = { lines: undefined, since: undefined, hook: undefined, noHook: false }

describe("--since", () => {
  it("takes how long ago, and times", () => {
    const hours = (text: string) => (NOW_MS - parseSince(text, NOW_MS)) / 3_600_000
    expect(["90s", "30m", "2h", "1d", "2026-01-31T10:00:00Z"].map(hours)).toEqual([0.025, 0.5, 2, 24, 2])
  })

  it("refuses what is no time", () => {
    for (const text of ["", "10", "m", "yesterday", "2026-13-01"]) {
      expect(() => parseSince(text, NOW_MS)).toThrow("that is no time")
    }
  })
})

describe("what is shown of logs", () => {
  it("is the last 100 lines with hooks, everything since a time, and what was asked for", () => {
    expect(wantedLines(nothing, NOW_MS)).toEqual({ hooks: "all", lines: 100 })
    expect(wantedLines({ ...nothing, since: "1s" }, NOW_MS)).toEqual({ hooks: "all", sinceMs: NOW_MS - 1_000 })
    expect(wantedLines({ ...nothing, lines: 5, hook: ["init"] }, NOW_MS)).toEqual({ hooks: ["init"], lines: 5 })
    expect(wantedLines({ ...nothing, lines: 0, noHook: true }, NOW_MS)).toEqual({ hooks: "none", lines: 0 })
  })

  it("cannot be one hook and no hook", () => {
    expect(() => wantedLines({ ...nothing, hook: ["init"], noHook: true }, NOW_MS)).toThrow("exclude each other")
  })
})
