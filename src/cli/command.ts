import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { RemoteControl } from "../ports/control-channel.ts"
import type { Enclosure } from "../ports/enclosure.ts"
import type { Host } from "../ports/host.ts"

type OptionBase = Readonly<{
  summary: string
  /** One letter: `-f`. */
  short?: string
  /** Environment variable read when the flag is not given. */
  env?: string
  /** Not shown in help. */
  hidden?: boolean
}>

/**
 * One option. Its flag is its key in kebab case: `ignoreInstallHook` is `--ignore-install-hook`. `value` names what is
 * expected and shows in help.
 */
export type OptionSpec = OptionBase &
  (
    | Readonly<{ kind: "flag" }>
    | Readonly<{ kind: "text"; value: string; default?: string; choices?: readonly string[] }>
    | Readonly<{ kind: "number"; value: string; default?: number; minimum?: number }>
    /** May be repeated, and takes several values at once. `mayBeEmpty`: the bare flag is an empty list. */
    | Readonly<{ kind: "list"; value: string; mayBeEmpty?: boolean }>
  )

export type OptionTable = Readonly<Record<string, OptionSpec>>

type ValueOf<S extends OptionSpec> = S extends { kind: "flag" }
  ? boolean
  : S extends { kind: "list" }
    ? readonly string[] | undefined
    : S extends { kind: "number"; default: number }
      ? number
      : S extends { kind: "number" }
        ? number | undefined
        : S extends { default: string }
          ? string
          : string | undefined

export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> }

/** What the launcher is started with; the entry adds the machine. */
export type LaunchRequest = Readonly<{
  layout: Layout
  root: string
  /** Asked for every new supervisor. */
  supervisor: () => Readonly<{ argv: readonly [string, ...string[]]; env: Readonly<Record<string, string>> }>
  console: Readonly<{ json: boolean; color: boolean }>
  version: string
}>

export type Workplace = Readonly<{ layout: Layout; enclosure: Enclosure }>

/** What a command works with. Commands return; only the reporter and `main` write to the terminal. */
export type CommandContext = Readonly<{
  host: Host
  layout: Layout
  report: Report
  /** The supervisor to ask when it is not the one of this root: `--remote-sup`, HAB_LISTEN_CTL or cli.toml. */
  remote: () => Promise<RemoteControl | undefined>
  /**
   * Where things are run: tries the namespaces of decisions A at the first call (50 ms), which commands that only read
   * never make. Its layout's `prefix` is what packages see; `layout` above supposes `/hab`.
   */
  workplace: () => Workplace
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /**
   * Makes this process the launcher (decisions C): from now on signals wait for what is returned, which runs it and
   * resolves with its exit code.
   */
  becomeLauncher: () => (request: LaunchRequest) => Promise<number>
  /** Writes to stdout at once what cannot wait for the end of the command. False: nobody reads any more. */
  print: (text: string) => boolean
  readStdin: () => Promise<Uint8Array>
  /** Asks the person at the terminal for a line; undefined at the end of input, and where there is no terminal. */
  askLine: (prompt: string) => Promise<string | undefined>
  stdoutIsTerminal: boolean
  /** The commands that can be given: what completion is printed from. */
  groups: readonly CommandGroup[]
  /** The Node that runs us. */
  nodeProgram: string
  /** Directory of the built bundles and of the files shipped with them. */
  programDirectory: string
}>

/** `text` goes to stdout, with a line feed added when it lacks one, unless `exact`. */
export type CommandResult = Readonly<{ text?: string; exact?: boolean; exitCode?: number }>

export type Arguments = readonly string[]

export type Command = Readonly<{
  /** Words after the group: `key generate`. */
  name: string
  summary: string
  /** Heading in the group's help; without one it stands below "Commands". */
  section?: string
  /** Positional arguments in commander's notation: `<ident> [file...]`. */
  arguments?: string
  examples: readonly string[]
  options: OptionTable
  hidden?: boolean
  /** What stands behind the first argument is not ours: flags among it belong to the command given there. */
  passesThrough?: boolean
  run: (input: CommandInput<never>, context: CommandContext) => Promise<CommandResult>
}>

type CommandInput<O> = Readonly<{
  args: Arguments
  options: O
  /** Options that the command line or the environment named; the others have their defaults. */
  named: ReadonlySet<string>
}>

type Definition<T extends OptionTable> = Omit<Command, "options" | "run"> &
  Readonly<{
    options: T
    run: (input: CommandInput<OptionsOf<T>>, context: CommandContext) => Promise<CommandResult>
  }>

/** Ties the types of a command's options to what its `run` receives. */
export function defineCommand<const T extends OptionTable>(definition: Definition<T>): Command {
  return definition as unknown as Command
}

/** A noun: `hab pkg …`. */
export type CommandGroup = Readonly<{
  name: string
  summary: string
  /** Heading in the help of `hab`. */
  section?: "Build and share packages" | "Run services" | "This machine"
  /** What the words between the group and its commands are about: `key` of `hab origin key generate`. */
  nouns?: Readonly<Record<string, string>>
  /** Habitat's words behind the group that mean nothing any more, and why: people still have them in scripts. */
  withdrawn?: Readonly<Record<string, string>>
  commands: readonly Command[]
}>

/** Commands that stand together in the help of their group, below a heading. */
export function inSection(section: string, commands: readonly Command[]): readonly Command[] {
  return commands.map((command) => ({ ...command, section }))
}
