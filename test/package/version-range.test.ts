import { describe, expect, it } from "vitest"
import { parseIdent, satisfies, stringifyIdent, tryParseIdent } from "../../src/package/ident.ts"
import { createStore } from "../../src/package/store.ts"
import { isInRange, isVersionRange } from "../../src/package/version-range.ts"
import { installWorld } from "../support/install-world.ts"

describe("ranges of versions", () => {
  it.each([
    ["2.1.0", "^2.1", true],
    ["2.9", "^2.1", true],
    ["3.0.0", "^2.1", false],
    ["1.1.1w", "~1.1", true],
    ["2016i", ">=2016 <2017", true],
    ["2.2.0-rc1", "^2.1", false],
    ["2.2.0-rc1", "^2.2.0-rc0", true],
    ["nightly", "*", false],
    ["1.5.0", "1.x || 3.x", true],
  ])("%s is in %s: %s", (version, range, expected) => expect(isInRange(version, range)).toBe(expected))

  it("are what npm takes for one, and not nothing", () => {
    expect(["^2.1", ">=1 <2", "1.x"].every(isVersionRange)).toBe(true)
    expect(["", " ", "banana"].some(isVersionRange)).toBe(false)
  })
})

describe("an identifier with a range", () => {
  it("is read and printed as origin/name@range", () => {
    const ident = parseIdent("acme/web@>=2.1 <3")
    expect(ident).toEqual({ origin: "acme", name: "web", range: ">=2.1 <3" })
    expect(stringifyIdent(ident)).toBe("acme/web@>=2.1 <3")
    expect(tryParseIdent("acme/web@banana")).toBeUndefined()
  })

  it("leaves versions that hold an @ alone", () => {
    expect(parseIdent("acme/web/1.0@2")).toEqual({ origin: "acme", name: "web", version: "1.0@2" })
  })

  it("is satisfied by releases in the range only", () => {
    const wish = parseIdent("acme/web@^2.1")
    expect(satisfies(parseIdent("acme/web/2.3.0/1"), wish)).toBe(true)
    expect(satisfies(parseIdent("acme/web/3.0.0/1"), wish)).toBe(false)
    expect(satisfies(wish, parseIdent("acme/web/2.0.0/1"))).toBe(false)
  })

  it("finds the latest installed release in the range", async () => {
    const versions = ["2.0.0", "2.3.0", "2.10.0", "3.0.0"]
    const tree = versions.map((version) => [`/hab/pkgs/acme/web/${version}/1/TARGET`, "x86_64-linux"])
    const { context } = await installWorld(Object.fromEntries(tree))
    expect(createStore(context).find(parseIdent("acme/web@^2.1"))?.ident.version).toBe("2.10.0")
    expect(createStore(context).find(parseIdent("acme/web@^4"))).toBeUndefined()
  })
})
