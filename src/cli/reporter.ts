import type { Progress, Report, StatusVerb, TransferProgress } from "../base/progress.ts"
import { type Paint, paintOf } from "./paint.ts"

/** Glyphs of the status lines (spec package §7.1). */
const GLYPHS: Readonly<Record<StatusVerb, string>> = {
  Accepted: "✓",
  Cached: "☑",
  Created: "✓",
  Creating: "Ω",
  Deleted: "✓",
  Deleting: "☒",
  Demoted: "✓",
  Departed: "✓",
  Determining: "☁",
  Downloading: "↓",
  Executing: "☛",
  Found: "→",
  Generated: "→",
  Generating: "☛",
  Ignored: "✓",
  Installed: "✓",
  Missing: "∵",
  Promoted: "✓",
  Rescinded: "✓",
  Sent: "✓",
  Signed: "✓",
  Signing: "☛",
  Skipping: "…",
  Transferred: "✓",
  Updated: "✓",
  Uploaded: "✓",
  Uploading: "↑",
  Using: "→",
  Verified: "✓",
  Verifying: "☛",
}

const WORTH_TELLING_MS = 500

const RED: readonly StatusVerb[] = ["Missing", "Deleting", "Deleted"]

/** `ascii`: for terminals and logs that show nothing else. */
export type ReporterOptions = Readonly<{ write: (text: string) => void; colour: boolean; ascii?: boolean }>

/**
 * The one place where facts become lines for people. Everything goes to stderr: stdout carries results only. A phase is
 * named when it prints something, and again with its time when it took long enough to wonder about. How far a transfer is
 * is for terminals only.
 */
export function createReporter({ write, colour, ascii = false }: ReporterOptions): Report {
  const paint = paintOf(colour)
  let unnamed: string | undefined
  return (progress) => {
    if (progress.tag === "transfer" || progress.tag === "transfer-over") return
    if (progress.tag === "phase-started") {
      unnamed = progress.phase
      return
    }
    if (progress.tag === "output" && unnamed !== undefined) {
      write(`${paint.cyan(`  ${unnamed}`)}\n`)
      unnamed = undefined
    }
    if (progress.tag === "phase-finished") {
      unnamed = undefined
      if (progress.elapsedMs < WORTH_TELLING_MS) return
    }
    write(`${lineFor(progress, paint, ascii)}\n`)
  }
}

function lineFor(progress: Exclude<Progress, TransferProgress>, paint: Paint, ascii: boolean): string {
  switch (progress.tag) {
    case "begin":
      return paint.yellow(paint.bold(`${ascii ? ">>" : "»"} ${progress.text}`))
    case "end":
      return paint.magenta(paint.bold(`${ascii ? "***" : "★"} ${progress.text}`))
    case "note":
      return progress.text
    case "warning":
      return paint.yellow(
        `${ascii ? "!!!" : "Ø"} ${progress.text}${progress.hint === undefined ? "" : `\n  ${progress.hint}`}`,
      )
    case "status": {
      const verb = paint.bold(`${ascii ? "-->" : GLYPHS[progress.verb]} ${progress.verb}`)
      return `${RED.includes(progress.verb) ? paint.red(verb) : paint.green(verb)} ${progress.subject}`
    }
    case "phase-started":
      return progress.phase
    case "phase-finished":
      return paint.dim(`  ${progress.phase} took ${seconds(progress.elapsedMs)}`)
    case "output":
      return `${progress.source}${progress.source === "" ? "" : ": "}${progress.line}`
  }
}

function seconds(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1)} s`
}

/** Colour only where a person looks: a terminal, unless NO_COLOR, HAB_NOCOLORING or TERM=dumb says otherwise. */
export function wantsColour(env: Readonly<Record<string, string>>, isTerminal: boolean): boolean {
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true
  const refused =
    (env["NO_COLOR"] ?? "") !== "" || /^(1|true)$/.test(env["HAB_NOCOLORING"] ?? "") || env["TERM"] === "dumb"
  return isTerminal && !refused
}

/** HAB_GLYPH_STYLE: full by default; `limited` is shown as `ascii`. */
export function wantsAscii(env: Readonly<Record<string, string>>): boolean {
  return /^(limited|ascii)$/i.test(env["HAB_GLYPH_STYLE"] ?? "")
}
