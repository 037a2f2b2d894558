import { parseDuration } from "../base/duration.ts"
import { HabError } from "../base/errors.ts"
import { exitCodeOf } from "../base/exit-status.ts"
import type { Clock } from "../ports/clock.ts"
import type { Companion, Companions } from "../ports/companion.ts"
import type { Signals } from "../ports/signals.ts"
import type { ApplyOptions, ApplyResult, Declaration, LifecycleFunction, Supervisor, SupervisorOptions } from "./api.ts"
import { type NamedFunction, runShutdownFunctions, runStartFunctions } from "./lifecycle.ts"

/** What a program's supervisor takes from the machine. */
export type ProgramMachine = Readonly<{
  clock: Clock
  signals: Signals
  companions: Companions
  /** Writes one line to standard output. */
  print: (line: string) => void
  /** Started with the words of `hab sup run`. */
  hab: string
  /** The environment, with FS_ROOT where a root is given. */
  envFor: (root: string | undefined) => Readonly<Record<string, string>>
  /** Applies or, without `wanted`, destroys. */
  apply: (task: ApplyTask) => Promise<ApplyResult>
}>

export type ApplyTask = Readonly<{
  root: string | undefined
  declaration: Declaration
  destroys: boolean
  options: ApplyOptions
}>

const EXIT_WAIT_MS = 5_000

/** The supervisor of one program: functions around a `hab sup run` of its own (spec lifecycle §C.4, decisions 26). */
export class ProgramSupervisor implements Supervisor {
  readonly #machine: ProgramMachine
  readonly #options: SupervisorOptions
  readonly #exitWaitMs: number
  readonly #onRun: NamedFunction[] = []
  readonly #onShutdown: NamedFunction[] = []
  #life: Life | undefined

  constructor(machine: ProgramMachine, options: SupervisorOptions = {}) {
    this.#machine = machine
    this.#options = options
    this.#exitWaitMs = options.exitWait === undefined ? EXIT_WAIT_MS : requireDuration(options.exitWait)
  }

  onRun(run: LifecycleFunction): this {
    return this.#add(this.#onRun, "onRun", run)
  }

  onShutdown(run: LifecycleFunction): this {
    return this.#add(this.#onShutdown, "onShutdown", run)
  }

  run(): Promise<number> {
    if (this.#life !== undefined) throw tooLate("run() was called already")
    this.#life = live(this.#machine, {
      options: this.#options,
      exitWaitMs: this.#exitWaitMs,
      onRun: this.#onRun,
      onShutdown: this.#onShutdown,
    })
    return this.#life.ended
  }

  async stop(): Promise<number> {
    this.#life?.stop()
    return this.#life?.ended ?? 0
  }

  apply(declaration: Declaration, options: ApplyOptions = {}): Promise<ApplyResult> {
    return this.#machine.apply({ root: this.#options.root, declaration, destroys: false, options })
  }

  destroy(declaration: Declaration = {}, options: ApplyOptions = {}): Promise<ApplyResult> {
    return this.#machine.apply({ root: this.#options.root, declaration, destroys: true, options })
  }

  #add(list: NamedFunction[], kind: string, run: LifecycleFunction): this {
    if (this.#life !== undefined) throw tooLate(`${kind} comes too late: run() was called already`)
    list.push({ name: run.name === "" ? `${kind}[${list.length}]` : `${kind} ${run.name}`, run })
    return this
  }
}

type Life = Readonly<{ ended: Promise<number>; stop: () => void }>
type Plan = Readonly<{
  options: SupervisorOptions
  exitWaitMs: number
  onRun: readonly NamedFunction[]
  onShutdown: readonly NamedFunction[]
}>

/** Start functions, `hab sup run`, and when a stop is asked for: shutdown functions, then its end. */
function live(machine: ProgramMachine, { options, exitWaitMs, onRun, onShutdown }: Plan): Life {
  const asked = new AbortController()
  const hurry = new AbortController()
  let companion: Companion | undefined
  const stop = () => asked.abort()
  const onSignal = () => {
    if (!asked.signal.aborted) return stop()
    // The second one waits for nothing; passed on, it does the same to the launcher.
    hurry.abort()
    companion?.signal("SIGTERM")
  }
  const unlisten = [machine.signals.on("SIGINT", onSignal), machine.signals.on("SIGTERM", onSignal)]
  const run = async () => {
    await runStartFunctions(machine, onRun, asked.signal)
    companion = machine.companions.start(
      [machine.hab, "sup", "run", ...(options.args ?? [])],
      machine.envFor(options.root),
    )
    const { exited } = companion
    const askedFor = new Promise<void>((resolve) => {
      if (asked.signal.aborted) resolve()
      asked.signal.addEventListener("abort", () => resolve(), { once: true })
    })
    await Promise.race([exited, askedFor])
    await runShutdownFunctions(machine, onShutdown, { exitWaitMs, hurry: hurry.signal })
    companion.signal("SIGTERM")
    return exitCodeOf(await exited)
  }
  const ended = run().finally(() => {
    for (const end of unlisten) end()
  })
  return { ended, stop }
}

function requireDuration(value: unknown): number {
  const timeMs = parseDuration(value)
  if (timeMs !== undefined) return timeMs
  throw new HabError("USAGE", `exitWait is a duration like "5s", not ${JSON.stringify(value)}`)
}

function tooLate(message: string): HabError {
  return new HabError("PROGRAM_RUNNING", message, { hint: "give every function first, then call run() once" })
}
