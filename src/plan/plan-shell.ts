import { describeFailure, HabError, isSystemError } from "../base/errors.ts"
import type { ExitStatus } from "../base/exit-status.ts"
import { splitLines } from "../base/lines.ts"
import type { ShellProcess, Shells } from "../ports/shell.ts"
import { decodeMessages, encodeAnswer, type ShellMessage, withoutMarks } from "./protocol.ts"
import { type KindValue, PLAN_VARIABLES, type PlanValues, type PlanVariable, variablesOfKind } from "./variables.ts"

/** What a helper of the prelude gets from us: a status for bash and what it prints or uses. */
export type HelperAnswer = Readonly<{ status: number; fields: readonly string[] }>

/** What helpers may ask for while a callback runs, by verb (`download`, `build-config` …). */
export type Helpers = Readonly<Record<string, (...fields: string[]) => HelperAnswer | Promise<HelperAnswer>>>

/** The command that failed, as bash knows it; empty texts when it ended for another reason. */
export type FailedCommand = Readonly<{ command: string; file: string; line: string }>

export type ShellOutcome =
  | { readonly tag: "done"; readonly fields: readonly string[] }
  | { readonly tag: "ended"; readonly status: ExitStatus; readonly failed: FailedCommand }

/**
 * The bash process holding a plan's variables and functions. Asked for one thing at a time; once it ended, every answer
 * is `ended`.
 */
export type PlanShell = Readonly<{
  /** Evaluates bash code at the top level of the shell, under errexit. */
  run(code: string): Promise<ShellOutcome>
  /** Ends the process group: SIGTERM, then SIGKILL. */
  end(): void
  readonly exited: Promise<ExitStatus>
}>

export type PlanShellOptions = Readonly<{
  argv: readonly [string, ...string[]]
  env: Readonly<Record<string, string>>
  cwd: string
  helpers: Helpers
  onLine: (line: string) => void
}>

/** Starts the shell of one build; its lines come to `onLine`, both streams in the order printed. */
export function startPlanShell({ shells }: Readonly<{ shells: Shells }>, options: PlanShellOptions): PlanShell {
  const parts: { fields?: readonly string[]; marked?: true } = {}
  let answer: ((outcome: ShellOutcome) => void) | undefined
  const settle = (part: typeof parts) => {
    Object.assign(parts, part)
    if (parts.fields === undefined || parts.marked === undefined) return
    answer?.({ tag: "done", fields: parts.fields })
    delete parts.fields
    delete parts.marked
  }
  const lines = splitLines(withoutMarks(options.onLine, () => settle({ marked: true })))
  let failed: FailedCommand = { command: "", file: "", line: "" }
  const handle = ({ kind, fields }: ShellMessage): void => {
    if (kind === "done") settle({ fields })
    if (kind === "call") void answerHelper(shell, options.helpers, fields)
    if (kind === "exit") failed = { command: fields[1] ?? "", file: fields[2] ?? "", line: fields[3] ?? "" }
  }
  const shell = shells.start({
    argv: options.argv,
    env: options.env,
    cwd: options.cwd,
    onOutput: lines.push,
    onMessage: decodeMessages(handle),
  })
  const exited = shell.exited.then((status) => {
    lines.end()
    return status
  })
  return {
    exited,
    end: shell.end,
    run(code) {
      const done = new Promise<ShellOutcome>((resolve) => {
        answer = resolve
      })
      shell.send(`${code.replaceAll("\0", "")}\0`)
      return Promise.race([done, exited.then((status): ShellOutcome => ({ tag: "ended", status, failed }))])
    },
  }
}

async function answerHelper(shell: ShellProcess, helpers: Helpers, [verb = "", ...fields]: readonly string[]) {
  const helper = helpers[verb]
  const answer =
    helper === undefined
      ? { status: 1, fields: [`hab does not know the request '${verb}'`] }
      : await Promise.resolve()
          .then(() => helper(...fields))
          .catch((error: unknown) => ({ status: 1, fields: [describeUnforeseen(error)] }))
  shell.send(encodeAnswer(answer))
}

/** bash prints it as the reason: the problems and the hint have no other way to the user. */
function describeUnforeseen(error: unknown): string {
  if (error instanceof HabError) return describeFailure(error)
  if (isSystemError(error)) return error.message
  return `this is a bug in hab: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

const KINDS = ["text", "list", "map"] as const satisfies readonly (keyof KindValue)[]

/** The bash code that reports every plan variable; `parsePlanValues` reads what it leaves. */
export const REPORT_PLAN_VALUES = KINDS.map((kind) => `__hab_values ${kind} ${variablesOfKind(kind).join(" ")}`).join(
  "\n",
)

/** The plan's variables from the fields left by REPORT_PLAN_VALUES. Keys of maps are sorted: bash has no order. */
export function parsePlanValues(fields: readonly string[]): PlanValues {
  const reader = fieldReader(fields)
  const values = new Map<PlanVariable, KindValue[keyof KindValue]>()
  for (const kind of KINDS) for (const name of variablesOfKind(kind)) values.set(name, reader[kind]())
  return Object.fromEntries(
    Object.keys(PLAN_VARIABLES).map((name) => [name, values.get(name as PlanVariable)]),
  ) as PlanValues
}

/** Reads values in the order `__hab_values` left them. */
export function fieldReader(fields: readonly string[]): { [K in keyof KindValue]: () => KindValue[K] } {
  let at = 0
  const text = () => fields[at++] ?? ""
  const times = <T>(read: () => T): T[] => Array.from({ length: Number(text()) }, read)
  return {
    text,
    list: () => times(text),
    map: () => new Map(times(() => [text(), text()] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
