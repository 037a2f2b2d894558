import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compareVersions, splitVersion } from "../../src/package/version.ts"

describe("the order of versions", () => {
  it.each([
    ["1.0", "2.0", -1],
    ["2.1.1.4", "2.1.1.5", -1],
    ["20150521131347", "20150521131346", 1],
    ["1.0", "1.0.0", 0],
    ["v1.2", "1.2", 0],
    ["1.0.0-alpha2", "1.0.0-alpha1", 1],
    ["1.0.0-beta1", "1.0.0-alpha1000", 1],
    ["1.0.0-rc10", "1.0.0-rc9", -1],
    ["1.0.0", "1.0.0-anything", 1],
    ["1.0.0", "1.0.0+build", 1],
    ["2.1.1-alpha2", "3.2.0-rc.0", -1],
    ["2016i", "2016j", -1],
    ["1.0.0--a", "1.0.0-a", -1],
    ["1.0-", "1.0-a", -1],
    ["18446744073709551615", "18446744073709551614", 1],
    ["1-\u{1F600}", "1-\uffee", 1],
  ] as const)("%s against %s: %i", (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order)
    expect(compareVersions(b, a)).toBe(order === 0 ? 0 : -order)
  })

  it.each([
    ["1.0.0-alpha1", "undefined"],
    ["", "1"],
    ["1..2", "1.0.3"],
    ["1.2.rc1", "1.2.rc2"],
    ["18446744073709551616", "1"],
    [".", "0"],
  ])("%s against %s cannot be decided", (a, b) => {
    expect(compareVersions(a, b)).toBeUndefined()
  })

  it("an empty part only matters when the comparison reaches it", () => {
    expect(compareVersions("1..2", "2.0")).toBe(-1)
    expect(compareVersions("1.2.rc1", "1.3.rc1")).toBe(-1)
  })

  it("one dash before the extension is dropped, a lone dash stays", () => {
    expect(splitVersion("1.2.3-beta16")).toEqual({ numbers: ["1", "2", "3"], extension: "beta16" })
    expect(splitVersion("1.2-")).toEqual({ numbers: ["1", "2"], extension: "-" })
    expect(splitVersion("x1.2--b\nmore")).toEqual({ numbers: ["1", "2"], extension: "-b" })
    expect(splitVersion("none")).toBeUndefined()
  })

  it("is the same from both sides and carries over", () => {
    const version = fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2}){0,2}(-?[a-c][0-9])?$/)
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const ab = compareVersions(a, b) ?? 0
        expect((compareVersions(b, a) ?? 0) + ab).toBe(0)
        if (ab <= 0 && (compareVersions(b, c) ?? 0) <= 0) expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})
