import { CommanderError, InvalidArgumentError, Option, type Command as Program } from "commander"
import type { Arguments, Command, CommandGroup, OptionSpec } from "./command.ts"
import { addExamples, describeGroup, headingOf, helpfulProgram } from "./help.ts"

export type Invocation = Readonly<{
  command: Command
  args: Arguments
  options: Readonly<Record<string, unknown>>
  /** Options that the command line or the environment named. */
  named: ReadonlySet<string>
}>

/** What the command line asks for: a command to run, or text that commander already has (help, version). */
export type Parsed =
  | ({ readonly tag: "run" } & Invocation)
  | { readonly tag: "print"; readonly text: string; readonly exitCode: number }
  /** `about`: the command or group whose help says more. */
  | { readonly tag: "refused"; readonly text: string; readonly about: string }

/** Reads the words after `hab`. Unknown commands and flags are refused with the nearest one. */
export function parseCommandLine(groups: readonly CommandGroup[], words: readonly string[], version: string): Parsed {
  let chosen: Invocation | undefined
  let output = ""
  const program = helpfulProgram(version)
  for (const group of addressed(groups, words)) addGroup(program, group, (invocation) => (chosen = invocation))
  configure(program, version, (text) => (output += text))
  try {
    program.parse([...words], { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { tag: "print", text: output, exitCode: 0 }
    if (error.code === "commander.help") return { tag: "print", text: output, exitCode: 2 }
    const text = withdrawn(groups, words) ?? output.replace(/^error: /, "").trim()
    return { tag: "refused", text, about: addressee(groups, words) }
  }
  return chosen === undefined
    ? { tag: "print", text: program.helpInformation(), exitCode: 2 }
    : { tag: "run", ...chosen }
}

/** A command that is named is found without the others: only help and mistakes need to know them all. */
function addressed(groups: readonly CommandGroup[], [first, second]: readonly string[]): readonly CommandGroup[] {
  const group = groups.find(({ name }) => name === first)
  const commands = group?.commands.filter(({ name }) => name !== "" && name.split(" ")[0] === second) ?? []
  return group === undefined || commands.length === 0 ? groups : [{ ...group, commands }]
}

function withdrawn(groups: readonly CommandGroup[], [first, second = ""]: readonly string[]): string | undefined {
  const why = groups.find(({ name }) => name === first)?.withdrawn?.[second]
  return why === undefined ? undefined : `there is no 'hab ${first} ${second}' any more: ${why}`
}

/** `hab pkg install`, `hab pkg` or `hab`: what the words certainly mean. */
function addressee(groups: readonly CommandGroup[], words: readonly string[]): string {
  const group = groups.find(({ name }) => name === words[0])
  if (group === undefined) return "hab"
  const said = words.slice(1).join(" ")
  const command = group.commands.find(({ name }) => name !== "" && `${said} `.startsWith(`${name} `))
  return ["hab", group.name, ...(command === undefined ? [] : [command.name])].join(" ")
}

/** Every command knows `--version`, as in Habitat; only help of `hab` itself shows it. */
function configure(program: Program, version: string, write: (text: string) => void): void {
  program.exitOverride().configureOutput({ writeOut: write, writeErr: write }).showSuggestionAfterError(true)
  for (const sub of program.commands) {
    sub.version(`hab ${version}`, "-V, --version")
    sub.options.find(({ long }) => long === "--version")?.hideHelp()
    configure(sub, version, write)
  }
}

function addGroup(program: Program, group: CommandGroup, choose: (invocation: Invocation) => void): void {
  const parents = new Map<string, Program>([["", program]])
  const parentOf = (path: readonly string[]): Program => {
    const known = parents.get(path.join(" "))
    if (known) return known
    const made = parentOf(path.slice(0, -1))
      .command(path.at(-1) ?? group.name)
      .enablePositionalOptions()
    describeGroup(made, group, path)
    parents.set(path.join(" "), made)
    return made
  }
  for (const command of group.commands) {
    // A command without a name is the group's own: `hab apply`.
    const words = [group.name, ...command.name.split(" ")].filter((word) => word !== "")
    const parent = parentOf(words.slice(0, -1))
    addCommand(parent, words.at(-1) ?? group.name, command, choose).helpGroup(
      headingOf(parent === program ? group : command),
    )
  }
}

function addCommand(
  parent: Program,
  word: string,
  command: Command,
  choose: (invocation: Invocation) => void,
): Program {
  const sub = parent.command(`${word} ${command.arguments ?? ""}`.trim(), { hidden: command.hidden ?? false })
  sub.description(command.summary)
  for (const [key, spec] of Object.entries(command.options)) sub.addOption(optionFor(key, spec))
  addExamples(sub, command.examples)
  if (command.passesThrough === true) sub.passThroughOptions()
  sub.action(() => {
    const named = namedOptions(command, sub)
    const options = normalise(command, sub.opts())
    choose({ command, args: argumentsOf(command, sub.args), options, named })
  })
  return sub
}

function namedOptions(command: Command, sub: Program): ReadonlySet<string> {
  const named = Object.entries(command.options).filter(([key, spec]) => isNamed(sub, storedName(key, spec), spec))
  return new Set(named.map(([key]) => key))
}

/** An empty variable counts as unset (spec supervisor, Conventions): its option goes back to the default. */
function isNamed(sub: Program, stored: string, spec: OptionSpec): boolean {
  const source = sub.getOptionValueSource(stored)
  const isEmpty = sub.getOptionValue(stored) === ""
  if (isEmpty && source === "env") {
    sub.setOptionValueWithSource(stored, "default" in spec ? spec.default : undefined, "default")
    return false
  }
  if (isEmpty && spec.kind === "number") sub.error("error: a whole number is expected, not nothing")
  return source === "cli" || source === "env"
}

/** A `--` in front of a command that is passed through ends our own options and is no word of that command. */
function argumentsOf({ passesThrough }: Command, given: Arguments): Arguments {
  const [first, second, ...others] = given
  return passesThrough === true && first !== undefined && second === "--" ? [first, ...others] : given
}

/** How an option's value is written behind its flag: ` <FILE>`, ` [NAME...]`. */
export function placeholderOf(spec: OptionSpec): string {
  if (spec.kind === "flag") return ""
  if (spec.kind !== "list") return ` <${spec.value}>`
  return spec.mayBeEmpty === true ? ` [${spec.value}...]` : ` <${spec.value}...>`
}

/** How the option with this key is given: `ignoreInstallHook` as `--ignore-install-hook`. */
export function longFlag(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function optionFor(key: string, spec: OptionSpec): Option {
  const long = longFlag(key)
  const names = spec.short === undefined ? long : `-${spec.short}, ${long}`
  const value = placeholderOf(spec)
  const option = new Option(names + value, spec.summary)
  if (spec.env !== undefined) option.env(spec.env)
  if (spec.hidden) option.hideHelp()
  if (spec.kind === "text" && spec.choices) option.choices([...spec.choices])
  if (spec.kind === "number")
    option.argParser((text: string) => (text === "" ? "" : parseNumber(text, spec.minimum ?? 0)))
  if ((spec.kind === "text" || spec.kind === "number") && spec.default !== undefined) option.default(spec.default)
  return option
}

function parseNumber(text: string, minimum: number): number {
  if (!/^\d+$/.test(text) || Number(text) < minimum) {
    throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`)
  }
  return Number(text)
}

/** Exactly the keys of the table; flags that were not given are false, so that commands need no defaults of their own. */
function normalise(command: Command, given: Record<string, unknown>): Record<string, unknown> {
  const values = Object.entries(command.options).map(([key, spec]) => [key, optionValue(key, spec, given)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function optionValue(key: string, spec: OptionSpec, given: Record<string, unknown>): unknown {
  if (spec.kind === "list" && given[key] === true) return []
  if (spec.kind !== "flag") return given[key]
  const stored = storedName(key, spec)
  return stored === key ? given[key] === true : given[stored] === false
}

/** Commander stores `--no-color` as `color: false`. */
function storedName(key: string, spec: OptionSpec | undefined): string {
  const negated = spec?.kind === "flag" ? /^no([A-Z])(.*)$/.exec(key) : null
  return negated === null ? key : `${negated[1]?.toLowerCase()}${negated[2]}`
}
