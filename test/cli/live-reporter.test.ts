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

  it("shows how far a transfer is, ten times a second at most, and how fast since it began", () => {
    const { report, clock, written, shown } = terminal()
    const move = (bytes: number) => report({ tag: "transfer", bytes, total: 4_000_000 })
    move(1_000_000)
    expect(written).toEqual([])
    for (let bytes = 1_000_000; bytes < 3_000_000; bytes += 10_000) {
      clock.advance(5)
      move(bytes)
    }
    expect(written.length).toBeLessThanOrEqual(10)
    clock.advance(1000)
    expect(shown()).toEqual(["  ██████████████░░░░░░   74 %  3.0 MB of 4.0 MB  995 kB/s"])
  })

  it("takes a transfer's line away when it is over, whichever way, and then writes nothing more", () => {
    const { report, clock, written, shown } = terminal()
    report({ tag: "transfer", bytes: 1 })
    clock.advance(1000)
    expect(shown()).toEqual(["  1 B  0 B/s"])
    report({ tag: "transfer-over" })
    report({ tag: "transfer-over" })
    report({ tag: "note", text: "trying again in 1 s" })
    expect(shown()).toEqual(["trying again in 1 s", ""])
    const { length } = written
    clock.advance(60_000)
    expect(written).toHaveLength(length)
  })

  it("shows the phase again when a download during a build is over", () => {
    const { report, clock, shown } = terminal()
    report(STARTED)
    report({ tag: "transfer", bytes: 500, total: 1000 })
    clock.advance(1000)
    expect(shown()).toEqual(["  ██████████░░░░░░░░░░   50 %  500 B of 1.0 kB  0 B/s"])
    report({ tag: "transfer-over" })
    expect(shown()).toEqual(["  do_build, step 20 of 36, 1 s"])
  })
})
