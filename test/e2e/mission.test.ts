import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { readProofs, titlesOfTests } from "../support/proofs.ts"
import { type Sentence, sentencesOf } from "../support/sentences.ts"
import { hasShared, sharedPath } from "../support/shared.ts"

const PROSE = "prose"

/** Every sentence of the mission's document and what proves it. */
const rows = readProofs(new URL("mission.tsv", import.meta.url), ["hash", "words"])

function firstWords({ text }: Sentence): string {
  const words = text.replace(/\s+/g, " ").split(" ")
  return words.slice(0, 8).join(" ") + (words.length > 8 ? " …" : "")
}

describe("the document on application lifecycle hooks", () => {
  it.skipIf(!hasShared)("has no sentence that mission.tsv does not map, in its order and its words", () => {
    const document = readFileSync(sharedPath("mission/habitat-application-lifecycle-hooks.md"), "utf8")
    const sentences = sentencesOf(document).map((sentence) => `${sentence.hash} ${firstWords(sentence)}`)
    expect(rows.map(({ hash, words }) => `${hash} ${words}`)).toEqual(sentences)
  })

  it("has each sentence proved by a test that exists", () => {
    const titles = titlesOfTests()
    const known = (proof: string) => titles.has(proof) || proof === PROSE
    const unproved = rows.filter(({ proofs }) => !proofs.every(known))
    expect(unproved).toEqual([])
    expect(rows.filter(({ proofs }) => proofs.includes(PROSE)).length).toBeLessThan(rows.length / 20)
  })
})
