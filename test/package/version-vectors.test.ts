import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { isValidOrigin } from "../../src/crypto/origin-keys.ts"
import { archiveName, isValidPackageName, parseFullIdent, parseIdent } from "../../src/package/ident.ts"
import { comparePartially } from "../../src/package/order.ts"
import { compareVersions, splitVersion } from "../../src/package/version.ts"

type Expected = "less" | "equal" | "greater" | null | { error: string }
type Vectors = {
  versions: { a: string; b: string; order: Expected }[]
  idents: { name: string; a: string; b: string; order: Expected }[]
  split: { version: string; numbers: string[]; extension: string }[]
  origin_names: { origin: string; valid: boolean }[]
  package_names: { name: string; valid: boolean }[]
  archive_names: { ident: string; target: string; archive: string | { error: string } }[]
}

const WORDS = { "-1": "less", "0": "equal", "1": "greater" } as const

describe("the reference's facts of versions, identifiers and names", () => {
  const file = new URL("../../fixtures/package/versions.json", import.meta.url)
  const vectors: Vectors = JSON.parse(readFileSync(file, "utf8"))

  it("order versions alike", () => {
    for (const { a, b, order } of vectors.versions) {
      const found = compareVersions(a, b)
      expect([a, b, found === undefined ? { error: "not_a_version" } : WORDS[found]]).toEqual([a, b, order])
    }
  })

  it("order identifiers alike", () => {
    for (const { name, a, b, order } of vectors.idents) {
      const found = comparePartially(parseIdent(a), parseIdent(b))
      expect([name, found === undefined ? null : WORDS[found]]).toEqual([name, order])
    }
  })

  it("split versions and judge names alike", () => {
    for (const { version, numbers, extension } of vectors.split) {
      expect(splitVersion(version)).toEqual({ numbers, extension })
    }
    for (const { origin, valid } of vectors.origin_names)
      expect([origin, isValidOrigin(origin)]).toEqual([origin, valid])
    for (const { name, valid } of vectors.package_names) expect([name, isValidPackageName(name)]).toEqual([name, valid])
  })

  it("name artifacts alike", () => {
    for (const { ident, target, archive } of vectors.archive_names) {
      const name = () => archiveName(parseFullIdent(ident), target)
      if (typeof archive === "string") expect(name()).toBe(archive)
      else expect(name).toThrowError(expect.objectContaining({ code: "IDENT_NOT_FULL" }))
    }
  })
})
