import { describe, expect, it } from "vitest"
import type { Progress } from "../../src/base/progress.ts"
import { createReporter, wantsAscii } from "../../src/cli/reporter.ts"

const LINES: readonly Progress[] = [
  { tag: "begin", text: "Installing" },
  { tag: "status", verb: "Using", subject: "acme/lib" },
  { tag: "warning", text: "Slow" },
  { tag: "end", text: "Done" },
]

function printed(ascii: boolean): string {
  let text = ""
  const report = createReporter({ write: (line) => (text += line), colour: false, ascii })
  for (const line of LINES) report(line)
  return text
}

describe("the lines people read", () => {
  it("begin with a glyph, or with what any terminal shows", () => {
    expect(printed(false)).toBe("» Installing\n→ Using acme/lib\nØ Slow\n★ Done\n")
    expect(printed(true)).toBe(">> Installing\n--> Using acme/lib\n!!! Slow\n*** Done\n")
  })

  it("are plain where HAB_GLYPH_STYLE says so", () => {
    expect(["limited", "ASCII"].map((style) => wantsAscii({ HAB_GLYPH_STYLE: style }))).toEqual([true, true])
    expect([{}, { HAB_GLYPH_STYLE: "full" }].map(wantsAscii)).toEqual([false, false])
  })
})
