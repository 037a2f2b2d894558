import pc from "picocolors"
import type { Progress, Report } from "../base/progress.ts"
import type { Moved } from "../base/transfer.ts"
import type { Clock } from "../ports/clock.ts"
import { createReporter, type ReporterOptions } from "./reporter.ts"
import { transferLine } from "./transfer-line.ts"

/** To the first column, and nothing to the right of it. */
const CLEAR = "\r\u001b[K"
const TICK_MS = 1000
/** Parts of a file arrive thousands of times a second; nobody reads so quickly. What is over sooner is not shown. */
const REDRAW_MS = 100

type Options = ReporterOptions & Readonly<{ clock: Pick<Clock, "monotonicMs" | "schedule"> }>

type Phase = Readonly<{ started: Extract<Progress, { tag: "phase-started" }>; beganMs: number }>

type Transfer = Readonly<{ moved: Moved; first: Moved; beganMs: number }>

/** `hide` takes the last line away before something else is printed; it comes back with what is going on next. */
export type LiveReporter = Readonly<{ report: Report; hide(): void }>

/**
 * The reporter of a terminal. Its last line says what is going on: how far a download or upload is; else which phase of a
 * build runs, how far the build is, and for how long.
 */
export function createLiveReporter({ write, colour, ascii = false, clock }: Options): LiveReporter {
  let phase: Phase | undefined
  let transfer: Transfer | undefined
  const isShown = () => phase !== undefined || transfer !== undefined
  const text = () => (transfer === undefined ? phaseLine(phase, clock) : lineOf(transfer, clock, ascii))
  const line = () => (colour && isShown() ? pc.createColors(true).dim(text()) : text())
  const drawing = redrawn(clock, () => write(CLEAR + line()))
  const report = createReporter({
    write: (lines) => write(isShown() ? CLEAR + lines + line() : lines),
    colour,
    ascii,
  })
  const hide = () => {
    if (!isShown()) return
    phase = undefined
    transfer = undefined
    drawing.last()
  }
  const move = (moved: Moved) => {
    if (transfer === undefined) {
      transfer = { moved, first: moved, beganMs: clock.monotonicMs() }
      drawing.later()
    } else {
      transfer = { ...transfer, moved }
      drawing.soon()
    }
  }
  return {
    hide,
    report(progress) {
      if (progress.tag === "transfer") return move(progress)
      if (progress.tag === "transfer-over") {
        if (transfer === undefined) return
        transfer = undefined
        return phase === undefined ? drawing.last() : drawing.now()
      }
      if (progress.tag === "phase-finished") hide()
      report(progress)
      if (progress.tag !== "phase-started") return
      phase = { started: progress, beganMs: clock.monotonicMs() }
      drawing.now()
    },
  }
}

/** Draws when asked to, and each second from then on. */
function redrawn(clock: Options["clock"], draw: () => void) {
  let drawnMs = 0
  let cancel = () => {}
  const later = () => {
    cancel()
    drawnMs = clock.monotonicMs()
    cancel = clock.schedule(TICK_MS, now)
  }
  const now = () => {
    draw()
    later()
  }
  return {
    now,
    /** First in a moment. */
    later,
    /** Unless it was just drawn. */
    soon() {
      if (clock.monotonicMs() - drawnMs >= REDRAW_MS) now()
    },
    /** And never again. */
    last() {
      cancel()
      draw()
    },
  }
}

function phaseLine(phase: Phase | undefined, clock: Options["clock"]): string {
  if (phase === undefined) return ""
  const { started, beganMs } = phase
  const elapsed = Math.floor((clock.monotonicMs() - beganMs) / 1000)
  return `  ${started.phase}, step ${started.step} of ${started.steps}, ${elapsed} s`
}

/** What an earlier attempt moved was not moved in this time. */
function lineOf({ moved, first, beganMs }: Transfer, clock: Options["clock"], ascii: boolean): string {
  const elapsedMs = clock.monotonicMs() - beganMs
  const bytesPerSecond = (1000 * (moved.bytes - first.bytes)) / elapsedMs
  return transferLine(elapsedMs === 0 ? moved : { ...moved, bytesPerSecond }, ascii)
}
