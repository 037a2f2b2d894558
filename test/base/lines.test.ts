import { Buffer } from "node:buffer"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { splitLines } from "../../src/base/lines.ts"

function linesOf(chunks: readonly (string | Uint8Array)[], lineBytesMax?: number): string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line), lineBytesMax)
  for (const chunk of chunks) splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk)
  splitter.end()
  return lines
}

describe("splitting output into lines", () => {
  it("joins a line that came in several chunks and tells the last one without a line feed", () => {
    expect(linesOf(["on", "e\ntw", "o\n\nthree"])).toEqual(["one", "two", "", "three"])
  })

  it("tells an over-long line in pieces without cutting a character", () => {
    expect(linesOf(["aé€é", "x\nend\n"], 4)).toEqual(["aé", "€", "éx", "end"])
  })

  it("gives the same lines however the bytes were cut", () => {
    const character = fc.constantFrom("a", "é", "€", "𝄞", " ", "\r")
    const text = fc.array(fc.array(character).map((characters) => characters.join("")))
    fc.assert(
      fc.property(text, fc.array(fc.nat(64)), (lines, cuts) => {
        let rest: Uint8Array = Buffer.from(lines.map((line) => `${line}\n`).join(""))
        const chunks: Uint8Array[] = []
        for (const cut of cuts) {
          chunks.push(rest.subarray(0, cut))
          rest = rest.subarray(cut)
        }
        expect(linesOf([...chunks, rest])).toEqual(lines.map((line) => Buffer.from(line).toString("utf8")))
      }),
      { numRuns: 30 },
    )
  })
})
