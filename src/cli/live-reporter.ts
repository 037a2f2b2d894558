import pc from "picocolors"
import type { Progress, Report } from "../base/progress.ts"
import type { Clock } from "../ports/clock.ts"
import { createReporter, type ReporterOptions } from "./reporter.ts"

/** To the first column, and nothing to the right of it. */
const CLEAR = "\r\u001b[K"
const TICK_MS = 1000

type Options = ReporterOptions & Readonly<{ clock: Pick<Clock, "monotonicMs" | "schedule"> }>

type Running = Readonly<{ started: Extract<Progress, { tag: "phase-started" }>; beganMs: number }>

/** `hide` takes the last line away before something else is printed; it comes back with the next phase. */
export type LiveReporter = Readonly<{ report: Report; hide(): void }>

/** The reporter of a terminal: while a phase runs, the last line says which one, how far the build is, and for how long. */
export function createLiveReporter({ write, colour, ascii = false, clock }: Options): LiveReporter {
  let running: Running | undefined
  let cancel = () => {}
  const line = () => (running === undefined ? "" : lineFor(running, clock.monotonicMs(), colour))
  const report = createReporter({
    write: (text) => write(running === undefined ? text : CLEAR + text + line()),
    colour,
    ascii,
  })
  const tick = () => {
    write(CLEAR + line())
    cancel = clock.schedule(TICK_MS, tick)
  }
  const hide = () => {
    if (running === undefined) return
    cancel()
    running = undefined
    write(CLEAR)
  }
  return {
    hide,
    report(progress) {
      if (progress.tag === "phase-finished") hide()
      report(progress)
      if (progress.tag !== "phase-started") return
      cancel()
      running = { started: progress, beganMs: clock.monotonicMs() }
      tick()
    },
  }
}

function lineFor({ started: { phase, step, steps }, beganMs }: Running, nowMs: number, colour: boolean): string {
  const elapsed = Math.floor((nowMs - beganMs) / 1000)
  const text = `  ${phase}, step ${step} of ${steps}, ${elapsed} s`
  return colour ? pc.createColors(true).dim(text) : text
}
