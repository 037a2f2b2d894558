import { describe, expect, it } from "vitest"
import { parseFullIdent, parseIdent, stringifyIdent } from "../../src/package/ident.ts"
import { compareByParts, comparePartially, compareTotally, latestOf } from "../../src/package/order.ts"

const partially = (a: string, b: string) => comparePartially(parseIdent(a), parseIdent(b))

describe("the partial order, which chooses the latest", () => {
  it.each([
    ["ty/tabor/1.0.1/20150521131555", "ty/tabor/1.0.0/20150521131555", 1],
    ["ty/tabor/random/20150521131556", "ty/tabor/random/20150521131555", 1],
    ["ty/tabor/random/20150521131555", "ty/tabor/undefined/20150521131555", -1],
    ["adam/blueberry/1.0.0/20150521131555", "banana/blueberry/1.0.0/20150521131555", 0],
    ["adam/brown/1.0.0/20150521131556", "boulder/brown/1.0.0/20150521131555", 1],
    ["a/b/1.0/1", "a/b/1.0.0/2", -1],
    ["a/b/1.0", "a/b", 1],
    ["a/b/1.0", "a/b/0.9/1", -1],
  ] as const)("%s against %s: %i", (a, b, order) => {
    expect(partially(a, b)).toBe(order)
    expect(partially(b, a)).toBe(order === 0 ? 0 : -order)
  })

  it("knows no order between names, nor without any release", () => {
    expect(partially("awesome/snoopy/1.0.1/1", "awesome/banana/1.0.0/1")).toBeUndefined()
    expect(partially("a/b", "a/b")).toBeUndefined()
    expect(partially("a/b/2.0", "a/b/1.0")).toBeUndefined()
  })

  it("the latest is the first that no later one exceeds", () => {
    const idents = ["a/b/1.9/3", "a/b/1.10/1", "z/b/1.10/1", "a/b/1.10/0"].map(parseIdent)
    expect(latestOf(idents, (ident) => ident)).toBe(idents[1])
    expect(latestOf([], (ident) => ident)).toBeUndefined()
  })
})

describe("the other orders", () => {
  const totally = (a: string, b: string) => compareTotally(parseFullIdent(a), parseFullIdent(b))

  it("the total order ignores the origin and calls an unknown version order less", () => {
    expect(totally("z/b/1/1", "a/b/1/2")).toBe(-1)
    expect(totally("a/b/2/1", "a/b/1/2")).toBe(1)
    expect(totally("a/a/2/1", "a/b/1/2")).toBe(-1)
    expect([totally("a/b/x/1", "a/b/1/1"), totally("a/b/1/1", "a/b/x/1")]).toEqual([-1, -1])
    expect(totally("a/b/1/1", "c/b/1.0/1")).toBe(0)
  })

  it("listings go by origin, name, version and release", () => {
    const sorted = ["b/a/1/1", "a/b/1.10/1", "a/b/1.9/2", "a/b/1.9/1", "a/a/x/1", "a/a/1/1", "a/a/y/1"]
      .map(parseFullIdent)
      .sort(compareByParts)
      .map(stringifyIdent)
    expect(sorted).toEqual(["a/a/1/1", "a/a/x/1", "a/a/y/1", "a/b/1.9/1", "a/b/1.9/2", "a/b/1.10/1", "b/a/1/1"])
  })
})
