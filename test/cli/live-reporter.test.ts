import { describe, expect, it } from "vitest"
import { createLiveReporter } from "../../src/cli/live-reporter.ts"
import { fakeClock } from "../support/fake-clock.ts"

/** What a terminal shows of the texts written to it: the carriage return and what clears a line are obeyed. */
function screen(written: readonly string[]): string[] {
  const lines = [""]
  for (const part of written.join("").split(/(\r\u001b\[K|\n)/)) {
    if (part === "\n") lines.push("")
    else if (part === "\r\u001b[K") lines[lines.length - 1] = ""
    else lines[lines.length - 1] += part
  }
  return lines
}

function terminal() {
  const clock = fakeClock()
  const written: string[] = []
  const reporter = createLiveReporter({ write: (text) => void written.push(text), colour: false, clock })
  const output = (line: string) => reporter.report({ tag: "output", source: "", stream: "stdout", line })
  return { ...reporter, clock, written, output, shown: () => screen(written) }
}

const STARTED = { tag: "phase-started", phase: "do_build", step: 20, steps: 36 } as const

describe("the reporter of a terminal", () => {
  it("shows the phase that runs, how far the build is and for how long, below what is printed", () => {
    const { report, clock, output, shown } = terminal()
    report(STARTED)
    expect(shown()).toEqual(["  do_build, step 20 of 36, 0 s"])
    clock.advance(2000)
    output("compiling a.c")
    expect(shown()).toEqual(["  do_build", "compiling a.c", "  do_build, step 20 of 36, 2 s"])
  })

  it("takes the line away when the phase is over, and writes nothing more", () => {
    const { report, clock, written, shown } = terminal()
    report(STARTED)
    clock.advance(3000)
    report({ tag: "phase-finished", phase: "do_build", elapsedMs: 3000 })
    expect(shown()).toEqual(["  do_build took 3.0 s", ""])
    const { length } = written
    clock.advance(60_000)
    expect(written).toHaveLength(length)
  })

  it("takes the line away when something else is to be shown, as for a build that failed or asks", () => {
    const { report, hide, clock, written, shown } = terminal()
    hide()
    expect(written).toEqual([])
    report(STARTED)
    hide()
    clock.advance(60_000)
    expect(shown()).toEqual([""])
  })
})
