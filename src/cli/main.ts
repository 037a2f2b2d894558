import { HabError } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import type { Enclosure } from "../ports/enclosure.ts"
import type { Host } from "../ports/host.ts"
import type { CommandContext, CommandGroup, CommandResult, Workplace } from "./command.ts"
import { createLiveReporter, type LiveReporter } from "./live-reporter.ts"
import { parseCommandLine } from "./parse.ts"
import type { remoteSupervisor } from "./remote-supervisor.ts"
import { renderError } from "./render-error.ts"
import { createReporter, wantsAscii, wantsColour } from "./reporter.ts"
import { chooseRoot, layoutOf, prepareRoot, type Root } from "./root.ts"

/** The terminal and what the entry knows of the process. */
export interface Terminal {
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  /** False when nobody reads any more. */
  writeOut(text: string): boolean
  writeError(text: string): void
  readStdin(): Promise<Uint8Array>
  /** Asks a person; undefined at the end of input, and where nobody is. */
  askLine(prompt: string): Promise<string | undefined>
  /** Called at Ctrl-C; a second one ends the process without asking. */
  onInterrupt(run: () => void): void
}

export type Invocation = Readonly<{
  groups: readonly CommandGroup[]
  /** What stands after `hab`. */
  words: readonly string[]
  host: Host
  terminal: Terminal
  enclosureOf: (root: string, hab: string) => Enclosure
  becomeLauncher: CommandContext["becomeLauncher"]
  programDirectory: string
  nodeProgram: string
  version: string
}>

const INTERRUPTED_EXIT = 130

/** Parses, runs and renders one command line. The only catch-all of the program. Resolves with the exit code. */
export async function main(invocation: Invocation): Promise<number> {
  const { host, terminal } = invocation
  const colour = wantsColour(host.env, terminal.stderrIsTerminal)
  let interruption: AbortController | undefined
  const interrupted = () => (interruption ??= new AbortController())
  const reporter = reporterOf(invocation, colour)
  try {
    const parsed = parseCommandLine(invocation.groups, invocation.words, invocation.version)
    if (parsed.tag === "print") return print(terminal, parsed.text, parsed.exitCode)
    if (parsed.tag === "refused") throw new HabError("USAGE", parsed.text, { hint: `${parsed.about} --help says more` })
    const { remoteSup, ...options } = parsed.options as Readonly<{ remoteSup?: string }>
    const context = createContext(invocation, reporter.report, { interrupted, remoteSup, hide: reporter.hide })
    const result = await parsed.command.run(
      { args: parsed.args, options: options as never, named: parsed.named },
      context,
    )
    return finish(terminal, result)
  } catch (error) {
    reporter.hide()
    if (interruption?.signal.aborted) {
      terminal.writeError("interrupted\n")
      return INTERRUPTED_EXIT
    }
    const debug = (host.env["HAB_DEBUG"] ?? "") !== ""
    const rendered = renderError(error, { colour, debug, ascii: wantsAscii(host.env) })
    terminal.writeError(`${rendered.text}\n`)
    return rendered.exitCode
  }
}

/** Only a terminal that takes commands shows what is going on in a line of its own. */
function reporterOf({ host, terminal }: Invocation, colour: boolean): LiveReporter {
  const write = terminal.writeError
  const ascii = wantsAscii(host.env)
  const isQuiet = /^(1|true)$/.test(host.env["HAB_NONINTERACTIVE"] ?? "")
  if (!terminal.stderrIsTerminal || isQuiet || host.env["TERM"] === "dumb") {
    return { report: createReporter({ write, colour, ascii }), hide: () => undefined }
  }
  return createLiveReporter({ write, colour, ascii, clock: host.clock })
}

function print(terminal: Terminal, text: string, exitCode: number): number {
  if (exitCode === 0) terminal.writeOut(text)
  else terminal.writeError(text)
  return exitCode
}

function finish(terminal: Terminal, result: CommandResult): number {
  const text = result.text ?? ""
  if (text !== "") terminal.writeOut(result.exact || text.endsWith("\n") ? text : `${text}\n`)
  return result.exitCode ?? 0
}

/** `interrupted` gives the same one each time; making it loads what few commands need. */
type Given = Readonly<{ interrupted: () => AbortController; remoteSup: string | undefined; hide?: () => void }>

/** What a command works with. */
export function createContext(
  invocation: Invocation,
  report: Report,
  { interrupted, remoteSup, hide }: Given,
): CommandContext {
  const { host, terminal, enclosureOf, becomeLauncher, programDirectory, nodeProgram } = invocation
  const root = chooseRoot(host)
  let workplace: Workplace | undefined
  let listening = false
  let remote: ReturnType<CommandContext["remote"]> | undefined
  const layout = layoutOf(root, { enclosed: true })
  return {
    host,
    layout,
    remote: () => (remote ??= findRemote({ host, layout }, remoteSup)),
    report,
    workplace: () => (workplace ??= openWorkplace(host, root, report, enclosureOf)),
    get signal() {
      // Only who looks at the signal wants Ctrl-C for itself; the launcher listens on its own.
      if (!listening) terminal.onInterrupt(() => interrupted().abort())
      listening = true
      return interrupted().signal
    },
    becomeLauncher,
    print: (text) => terminal.writeOut(text),
    readStdin: terminal.readStdin,
    askLine(prompt) {
      hide?.()
      return terminal.askLine(prompt)
    },
    stdoutIsTerminal: terminal.stdoutIsTerminal,
    groups: invocation.groups,
    nodeProgram,
    programDirectory,
  }
}

/** Loaded late: it reads TOML, which most commands do not. */
async function findRemote(place: Parameters<typeof remoteSupervisor>[0], given: string | undefined) {
  const { remoteSupervisor } = await import("./remote-supervisor.ts")
  return remoteSupervisor(place, given)
}

function openWorkplace(host: Host, root: Root, report: Report, enclosureOf: Invocation["enclosureOf"]): Workplace {
  const isNew = prepareRoot(host, root)
  if (isNew && root.chosenForUser) {
    report({ tag: "note", text: `Packages and services live in ${root.path} (not root, and FS_ROOT is not set)` })
  }
  const enclosure = enclosureOf(root.path, layoutOf(root, { enclosed: true }).hab)
  return { layout: layoutOf(root, enclosure), enclosure }
}
