import { ERROR_CODES, type ErrorCode } from "./error-codes.ts"

/** One of several things wrong with the same input, each with its own place. */
export type Problem = Readonly<{ where: string; message: string }>

export type HabErrorDetails = Readonly<{
  /** What the user can do about it: a command or a change, in one or two lines. */
  hint?: string
  /** Every problem found, when validation collected more than one. */
  problems?: readonly Problem[]
  /** Overrides the exit code of the table: a hook's own code passes through. */
  exitCode?: number
  cause?: unknown
}>

/**
 * A failure we expect and can explain. The message says what failed, where and why; the hint says what to do.
 * Anything else that is thrown is a bug in hab.
 */
export class HabError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly problems: readonly Problem[]
  readonly exitCode: number

  constructor(code: ErrorCode, message: string, details: HabErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = "HabError"
    this.code = code
    this.hint = details.hint
    this.problems = details.problems ?? []
    this.exitCode = details.exitCode ?? ERROR_CODES[code].exit
  }
}

/** The problems of a failure as lines; none when its one problem is what the message says already. */
export function problemLines({ message, problems }: HabError): readonly string[] {
  const lines = problems.map((problem) => `${problem.where}: ${problem.message}`)
  return lines.length === 1 && message.startsWith(lines[0] ?? "") ? [] : lines
}

/** What went wrong, in the words of whoever threw it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A failure on one line: what failed, each of its problems and, in brackets, what to do about it. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof HabError)) return messageOf(error)
  const what = [error.message, ...problemLines(error)].join("; ")
  return error.hint === undefined ? what : `${what} (${error.hint})`
}

/** True for failures of the operating system (ENOENT, EACCES …), optionally of one kind. */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || error instanceof HabError) return false
  if (typeof (error as NodeJS.ErrnoException).code !== "string") return false
  return codes.length === 0 || codes.includes((error as NodeJS.ErrnoException).code ?? "")
}
