import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import { describeExit } from "../../base/exit-status.ts"
import type { Clock } from "../../ports/clock.ts"
import type { ProcessRunner } from "../../ports/process-runner.ts"

const EVALUATION_LIMIT_MS = 30_000

/** What the file prints itself goes to stderr; the value, or what was thrown, comes behind a mark nobody else knows. */
const PROGRAM = `
import { argv, exit, stdout } from "node:process"
import { pathToFileURL } from "node:url"
const [file, mark] = argv.slice(1)
const { console: speech } = globalThis
for (const method of ["log", "info", "debug", "dir", "table"]) speech[method] = speech.error
const tell = (text) => stdout.write("\\n" + mark + text + "\\n", () => exit(0))
try {
  const loaded = await import(pathToFileURL(file).href)
  tell(JSON.stringify(loaded.default ?? loaded))
} catch (error) {
  tell("!" + String(error).split("\\n")[0])
}
`

export type EvaluationContext = Readonly<{
  runner: ProcessRunner
  clock: Clock
  randomBytes: (size: number) => Uint8Array
  env: Readonly<Record<string, string>>
  /** The Node that runs us. */
  nodeProgram: string
}>

/**
 * What a JavaScript configuration file exports, as JSON can carry it. The file is run in a process of its own with the
 * caller's environment, never in ours, and ended after 30 s. Throws SET_FILE_INVALID.
 */
export async function evaluateModule(context: EvaluationContext, file: string, folder: string): Promise<unknown> {
  const mark = `${Buffer.from(context.randomBytes(12)).toString("hex")}:`
  const overdue = new AbortController()
  const cancel = context.clock.schedule(EVALUATION_LIMIT_MS, () => overdue.abort())
  let told: string | undefined
  const { status, stderr } = await context.runner.run({
    argv: [context.nodeProgram, "--input-type=module", "--eval", PROGRAM, file, mark],
    env: context.env,
    cwd: folder,
    signal: overdue.signal,
    onLine: (stream, line) => {
      if (stream === "stdout" && line.startsWith(mark)) told = line.slice(mark.length)
    },
  })
  cancel()
  const threw = told?.startsWith("!") === true
  if (told !== undefined && told !== "undefined" && !threw) return JSON.parse(told)
  const ended = stderr.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? `it ${describeExit(status)}`
  const late = `it still ran after ${EVALUATION_LIMIT_MS / 1000} s`
  const why = threw ? told?.slice(1) : overdue.signal.aborted ? late : ended
  throw new HabError("SET_FILE_INVALID", `${file} exports nothing: ${why}`, {
    hint: `node ${file} shows the whole message`,
  })
}
