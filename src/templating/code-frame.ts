import type { TextPlace } from "../config/text-place.ts"

/** Longer lines are cut: a frame is for the eye. */
const WIDTH_MAX = 120

/** The line of a place with the one before and after it, numbered, and a caret below the place. */
export function codeFrame(text: string, place: TextPlace): string {
  const lines = text.split("\n")
  const first = Math.max(1, place.line - 1)
  const last = Math.min(lines.length, place.line + 1)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const line = (lines[number - 1] ?? "").replace(/[\t\r]/g, " ").slice(0, WIDTH_MAX)
    if (number === last && number !== place.line && line.trim() === "") continue
    frame.push(`  ${String(number).padStart(width)} | ${line}`.trimEnd())
    if (number === place.line && place.column <= WIDTH_MAX) {
      frame.push(`  ${" ".repeat(width)} | ${" ".repeat(place.column - 1)}^`)
    }
  }
  return frame.join("\n")
}
