import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { readProofs, titlesOfRows, titlesOfTests } from "../support/proofs.ts"
import { hasShared, sharedPath } from "../support/shared.ts"
import { specRowsOf } from "../support/spec-rows.ts"

const HEADING = "heading"

/** Every row of the specification's chapter on templating and what holds it. */
const rows = readProofs(new URL("spec-rows.tsv", import.meta.url), ["section", "hash", "says"])

describe("the specification of templating and configuration (spec supervisor §5)", () => {
  it.skipIf(!hasShared)("has no row that spec-rows.tsv does not map, in its order", () => {
    const document = readFileSync(sharedPath("spec/supervisor.md"), "utf8")
    const specified = specRowsOf(document, 5).map(({ section, hash }) => `${section} ${hash}`)
    expect(rows.map(({ section, hash }) => `${section} ${hash}`)).toEqual(specified)
  })

  it("has each row held by a test that exists", () => {
    const titles = new Set([...titlesOfTests(), ...titlesOfRows(), HEADING])
    expect(rows.flatMap(({ proofs }) => proofs.filter((proof) => !titles.has(proof)))).toEqual([])
    expect(rows.filter(({ proofs }) => proofs.includes(HEADING))).toHaveLength(5)
  })
})
