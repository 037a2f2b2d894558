import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { readProofs } from "../support/proofs.ts"
import { hasShared, sharedPath } from "../support/shared.ts"
import { type SpecRow, specRowsOf } from "../support/spec-rows.ts"
import { MUTATIONS } from "./mutations/mutations.ts"

const PROJECT = new URL("../../", import.meta.url)

/** Every row of the specification of plans and packages, and the mutations that show it is tested. */
const rows = readProofs(new URL("spec-rows.tsv", import.meta.url), ["section", "hash", "says"])
const isMutation = (proof: string) => proof !== "heading" && !proof.startsWith("elsewhere: ")
/** Building in a studio is another matter (§2.11). */
const isOurs = ({ section }: Pick<SpecRow, "section">) => section !== "2.11"

describe("the specification of plans and packages (spec package §2.1 to §2.10, §3)", () => {
  it.skipIf(!hasShared)("has no row that spec-rows.tsv does not map, in its order", () => {
    const document = readFileSync(sharedPath("spec/package.md"), "utf8")
    const specified = [2, 3].flatMap((chapter) => specRowsOf(document, chapter)).filter(isOurs)
    expect(rows.map(({ section, hash }) => `${section} ${hash}`)).toEqual(
      specified.map(({ section, hash }) => `${section} ${hash}`),
    )
  })

  it("has each row held by mutations that exist", () => {
    const known = new Set(MUTATIONS.map(({ row }) => row))
    expect(rows.flatMap(({ proofs }) => proofs.filter((proof) => isMutation(proof) && !known.has(proof)))).toEqual([])
    expect(rows.filter(({ proofs }) => !proofs.some(isMutation))).toHaveLength(13)
  })
})

describe("the mutations of the plan format", () => {
  it("find in the source what they take out, each under a name of its own", () => {
    const texts = new Map<string, string>()
    const read = (file: string) => {
      const text = texts.get(file) ?? readFileSync(new URL(file, PROJECT), "utf8")
      texts.set(file, text)
      return text
    }
    const lost = MUTATIONS.filter(({ apply }) => {
      const mutated = apply(read)
      return mutated === undefined || mutated.text === read(mutated.file)
    })
    expect(lost.map(({ row }) => row)).toEqual([])
    expect(new Set(MUTATIONS.map(({ row }) => row)).size).toBe(MUTATIONS.length)
  })
})
