import { Command as Program } from "commander"
import type { CommandGroup } from "./command.ts"

/** What somebody who is new does first. */
const FIRST_STEPS = [
  "hab plan init --origin acme      # in the folder of a program: write a plan, make a key",
  "hab pkg build .                  # print the path of the .hart file it makes",
  "hab sup run results/acme-web-*   # install it, and keep its service running",
  "hab svc status                   # in another terminal",
]

/** `hab` without a command yet, with the manners of its help; commands added to it have them too. */
export function helpfulProgram(version: string): Program {
  const program = new Program("hab")
    .usage("<command>")
    .description("Packages services and keeps them running.")
    .version(`hab ${version}`, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .addHelpCommand(helpCommand())
    .configureHelp({ subcommandTerm: termOf, minWidthToWrap: 30 })
    .enablePositionalOptions()
  addExamples(program, FIRST_STEPS)
  return program
}

function helpCommand(): Program {
  return new Program("help")
    .argument("[command]")
    .description("Print the help of a command")
    .helpOption(false)
    .helpGroup(headingOf({ section: "Help" }))
}

/** Every command has options: saying so at each says nothing. Neither do the arguments, where nouns are listed. */
function termOf(command: Program): string {
  if (command.parent?.parent === null) return command.name()
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...words].join(" ")
}

/** Says what a noun is about. `path` are the words up to it: `origin key`. */
export function describeGroup(program: Program, group: CommandGroup, path: readonly string[]): void {
  const noun = path.slice(1).join(" ")
  if (noun === "") program.description(group.summary).helpGroup(headingOf(group))
  else {
    const within = group.commands.find(({ name }) => name.startsWith(`${noun} `))
    program.description(group.nouns?.[noun] ?? "").helpGroup(headingOf(within ?? {}))
  }
  if (group.commands.every(({ name }) => name !== "")) program.usage("<command>")
}

/** The heading a command or group stands below in help. */
export function headingOf({ section = "Commands" }: Readonly<{ section?: string }>): string {
  return `${section}:`
}

/** Command lines below the help of a command. */
export function addExamples(program: Program, examples: readonly string[]): void {
  if (examples.length === 0) return
  program.addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}`)
}
