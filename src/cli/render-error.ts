import { adviceOnSystemError, describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError, problemLines } from "../base/errors.ts"
import { paintOf } from "./paint.ts"

export type RenderedError = Readonly<{ text: string; exitCode: number }>

const BUG_EXIT = 70
const PROBLEMS_SHOWN_MAX = 50

export type RenderOptions = Readonly<{ colour: boolean; debug: boolean; ascii?: boolean }>

/** Turns whatever a command threw into the text people see (spec package §7.1) and the exit code. */
export function renderError(error: unknown, options: RenderOptions): RenderedError {
  const paint = paintOf(options.colour)
  const known = error instanceof HabError ? error : fromSystem(error)
  if (known === undefined) return { text: bugReport(error), exitCode: BUG_EXIT }
  const glyph = options.ascii === true ? "xxx" : "✗✗✗"
  const body = [...known.message.split("\n"), ...shownProblems(known)].map((line) => `${glyph} ${line}`)
  const hint = known.hint === undefined ? [] : known.hint.split("\n").map((line) => `    ${line}`)
  const stack = options.debug ? stacksOf(known) : []
  const lines = [paint.red([glyph, ...body, glyph].join("\n")), ...hint, paint.dim(`    [${known.code}]`), ...stack]
  return { text: lines.join("\n"), exitCode: known.exitCode }
}

/** Where it comes from, and where what caused it does: for a program of the user's that is the place to look at. */
function stacksOf({ stack, cause }: Error): string[] {
  const own = stack === undefined ? [] : [stack]
  return cause instanceof Error ? [...own, ...stacksOf(cause).map((one) => `caused by ${one}`)] : own
}

function shownProblems(error: HabError): string[] {
  const lines = problemLines(error)
  const shown = lines.slice(0, PROBLEMS_SHOWN_MAX).map((line) => `  ${line}`)
  const more = lines.length - shown.length
  return more > 0 ? [...shown, `  and ${more} more`] : shown
}

function fromSystem(error: unknown): HabError | undefined {
  if (!isSystemError(error) || error.syscall === undefined) return undefined
  const hint = adviceOnSystemError(error)
  return new HabError("IO", describeSystemError(error), { cause: error, ...(hint === undefined ? {} : { hint }) })
}

function bugReport(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `This is a bug in hab; nothing you did should lead here. Please report it with these lines:\n${detail}`
}
