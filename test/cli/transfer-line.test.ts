import { describe, expect, it } from "vitest"
import { transferLine } from "../../src/cli/transfer-line.ts"

describe("the line of a transfer", () => {
  it("is bar, percent, how much of how much, and how fast, in less than 80 columns", () => {
    const line = transferLine({ bytes: 12_340_000, total: 310_000_000, bytesPerSecond: 4_200_000 }, false)
    expect(line).toBe("  ░░░░░░░░░░░░░░░░░░░░    3 %  12.3 MB of 310 MB  4.2 MB/s")
    expect(transferLine({ bytes: 999_999, total: 1_000_000 }, true)).toBe(
      "  ###################-   99 %  999 kB of 1.0 MB",
    )
  })

  it("has neither bar nor percent where nobody says how much it will be", () => {
    expect(transferLine({ bytes: 999, bytesPerSecond: 0.4 }, false)).toBe("  999 B  0 B/s")
    expect(transferLine({ bytes: 0, total: 0 }, false)).toBe("  0 B")
  })

  it("ends at a hundred percent, also of a server that sends more than it said", () => {
    for (const bytes of [1000, 2000]) {
      expect(transferLine({ bytes, total: 1000 }, false)).toContain("  ████████████████████  100 %  ")
    }
  })
})
