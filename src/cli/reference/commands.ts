import type { Command, CommandGroup, OptionSpec } from "../command.ts"
import { longFlag, placeholderOf } from "../parse.ts"

/** docs/reference/cli.md, printed from the table of commands. */
export function commandsReference(groups: readonly CommandGroup[]): string {
  return `# Commands

Printed from the command table. Results go to stdout, everything else to stderr. Exit codes: 0 done; 1 failed; 2 the
command line was not understood; 70 a bug in hab; 130 interrupted; a hook's own exit code where a hook failed.

On a terminal, lines have colours (not with \`NO_COLOR\`, \`HAB_NOCOLORING=1\` or \`TERM=dumb\`), and the last one shows what is
going on: the phase of a build, how far a download is (not with \`HAB_NONINTERACTIVE=1\`). \`HAB_GLYPH_STYLE=ascii\` takes signs that
every terminal has. \`HAB_DEBUG=1\` shows where in hab an error comes from.

${[...groups].sort(byName).map(describeGroup).join("\n\n")}
`
}

function byName(a: CommandGroup, b: CommandGroup): number {
  return a.name < b.name ? -1 : 1
}

function describeGroup(group: CommandGroup): string {
  const commands = group.commands.filter((command) => !command.hidden).map((command) => describe(group, command))
  return `## hab ${group.name}\n\n${group.summary}.\n\n${commands.join("\n\n")}`
}

function describe(group: CommandGroup, command: Command): string {
  const usage = ["hab", group.name, command.name, command.arguments ?? ""].filter((word) => word !== "").join(" ")
  const options = Object.entries(command.options).filter(([, spec]) => !spec.hidden)
  const table = options.map(([key, spec]) => `| \`${flagOf(key, spec)}\` | ${spec.summary}${origin(spec)} |`)
  return [
    `### ${usage.replace(/ [<[].*$/, "")}`,
    `${command.summary}.`,
    `\`\`\`\n${usage}\n\`\`\``,
    ...(table.length === 0 ? [] : [`| Option | Meaning |\n|---|---|\n${table.join("\n")}`]),
    ...(command.examples.length === 0 ? [] : [`Examples:\n\n\`\`\`\n${command.examples.join("\n")}\n\`\`\``]),
  ].join("\n\n")
}

/** `-f, --force`, `--group <GROUP>`: how help and the reference write an option. */
function flagOf(key: string, spec: OptionSpec): string {
  return `${spec.short === undefined ? "" : `-${spec.short}, `}${longFlag(key)}${placeholderOf(spec)}`
}

function origin(spec: OptionSpec): string {
  const byDefault = "default" in spec && spec.default !== undefined ? `; default ${spec.default}` : ""
  return `${byDefault}${spec.env === undefined ? "" : `; environment \`${spec.env}\``}`
}
