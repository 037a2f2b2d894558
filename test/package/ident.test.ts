import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  archiveName,
  isFullIdent,
  isValidPackageName,
  parseFullIdent,
  parseIdent,
  requireFullIdent,
  satisfies,
  stringifyIdent,
  tryParseIdent,
} from "../../src/package/ident.ts"

describe("package identifiers", () => {
  it("have two, three or four parts", () => {
    expect(parseIdent("acme/redis")).toEqual({ origin: "acme", name: "redis" })
    expect(parseIdent("acme/redis/7.2")).toEqual({ origin: "acme", name: "redis", version: "7.2" })
    expect(parseIdent("acme/redis/7.2/20240102030405")).toEqual({
      origin: "acme",
      name: "redis",
      version: "7.2",
      release: "20240102030405",
    })
  })

  it("keep any version text", () => {
    expect(stringifyIdent(parseIdent("acme/redis/1.2.3+git.5~rc1 beta/1"))).toBe("acme/redis/1.2.3+git.5~rc1 beta/1")
  })

  it.each([
    "redis",
    "",
    "/",
    "a/b/c/d/e",
    "acme/",
    "acme/redis/",
    "acme//1.0",
    "../redis",
    "acme/..",
    "acme/redis/../1",
    "acme/red is",
    "acme/redis\n",
    "acme/redis/1\u0000/2",
  ])("refuse %j", (text) => {
    expect(tryParseIdent(text)).toBeUndefined()
    expect(() => parseIdent(text)).toThrowError(expect.objectContaining({ code: "IDENT_INVALID", exitCode: 2 }))
  })

  it("print and parse back to themselves", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/)
    const ident = fc.tuple(part, part, fc.array(part, { maxLength: 2 }))
    fc.assert(
      fc.property(ident, ([origin, name, rest]) => {
        const text = [origin, name, ...rest].join("/")
        expect(stringifyIdent(parseIdent(text))).toBe(text)
      }),
    )
  })

  it("drop a release that has no version when printed", () => {
    expect(stringifyIdent({ origin: "acme", name: "redis", release: "20240102030405" })).toBe("acme/redis")
  })

  it("are exact only with all four parts", () => {
    expect(isFullIdent(parseIdent("acme/redis/1"))).toBe(false)
    expect(parseFullIdent("acme/redis/1/2").release).toBe("2")
    expect(() => parseFullIdent("acme/redis/1")).toThrowError(expect.objectContaining({ code: "IDENT_NOT_FULL" }))
    expect(() => requireFullIdent({ origin: "acme", name: "redis" })).toThrowError(/acme\/redis/)
  })
})

describe("satisfies", () => {
  it.each([
    ["acme/redis/1/2", "acme/redis", true],
    ["acme/redis", "acme/redis/1/2", true],
    ["acme/redis/1/2", "acme/redis/1", true],
    ["acme/redis/1/2", "acme/redis/1/2", true],
    ["acme/redis/1/2", "acme/redis/2", false],
    ["acme/redis/1/2", "acme/redis/1/3", false],
    ["acme/redis/1", "other/redis/1", false],
    ["acme/redis/1", "acme/rediz/1", false],
  ])("%s against %s: %s", (candidate, wish, expected) => {
    expect(satisfies(parseIdent(candidate), parseIdent(wish))).toBe(expected)
  })
})

describe("names", () => {
  it("packages may have upper case, dashes and underscores only", () => {
    expect(["rocket", "rocket-one", "rocket_one", "Rocket1"].every(isValidPackageName)).toBe(true)
    expect(["rocket.one", "rocket%one", ""].some(isValidPackageName)).toBe(false)
  })

  it("an artifact is named after its ident and target", () => {
    const ident = parseFullIdent("tom-petty/the_last__dj/1.0.0/20180701125610")
    expect(archiveName(ident, "x86_64-linux")).toBe("tom-petty-the_last__dj-1.0.0-20180701125610-x86_64-linux.hart")
  })
})
