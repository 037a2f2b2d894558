import { Buffer } from "node:buffer"
import { expect, it } from "vitest"
import { keepEnds, summaryBytes } from "../../../src/supervisor/launcher/output-summary.ts"

function kept(headBytes: number, chunks: readonly string[]) {
  const keeper = keepEnds(headBytes)
  for (const chunk of chunks) keeper.take(Buffer.from(chunk))
  return keeper.summary()
}

it("small output is kept whole, however it came", () => {
  for (const chunks of [["0123456789"], [..."0123456789"], ["", "01234", "56789", ""]]) {
    const summary = kept(4, chunks)
    expect(Buffer.from(summaryBytes(summary)).toString()).toBe("0123456789")
    expect(summary.dropped).toBe(0)
  }
})

it("of much output the beginning and the last 4 KiB are kept, with a line between them", () => {
  const summary = kept(4, ["begin", ...Array.from({ length: 3000 }, (_, n) => `line ${n}\n`)])
  const text = Buffer.from(summaryBytes(summary)).toString()
  expect(text.startsWith("begi\n")).toBe(true)
  expect(text.endsWith("\nline 2999\n")).toBe(true)
  expect(text.length).toBe(4 + 1 + 4096)
  expect(summary.dropped).toBe(5 + "line 0\n".length * 10 + 8 * 90 + 9 * 900 + 10 * 2000 - 4 - 4096)
})

it("a gigabyte in one chunk is no different", () => {
  const summary = kept(0, ["x".repeat(1_000_000)])
  expect([summary.head, summary.dropped]).toEqual(["", 1_000_000 - 4096])
})
