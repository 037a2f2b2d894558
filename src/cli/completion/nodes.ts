import type { CommandGroup, OptionSpec } from "../command.ts"
import { longFlag } from "../parse.ts"

/** A flag as a shell completes it. */
export type CompletionFlag = Readonly<{
  long: string
  short?: string
  summary: string
  takesValue: boolean
  choices: readonly string[]
}>

/** What can follow the words of `path`, `/pkg/export` for `hab pkg export`: further words, or a command's flags. */
export type CompletionNode = Readonly<{
  path: string
  words: readonly Readonly<{ name: string; summary: string }>[]
  flags: readonly CompletionFlag[]
}>

/** Every place in a command line where something can be completed, from the table of commands. */
export function completionNodes(groups: readonly CommandGroup[]): CompletionNode[] {
  const words = new Map<string, Map<string, string>>([["", new Map()]])
  const flags = new Map<string, readonly CompletionFlag[]>()
  for (const group of groups) {
    for (const command of group.commands.filter(({ hidden }) => hidden !== true)) {
      const parts = [group.name, ...command.name.split(" ")].filter((part) => part !== "")
      for (const [index, part] of parts.entries()) {
        const parent = pathOf(parts.slice(0, index))
        const known = words.get(parent) ?? new Map<string, string>()
        const isLast = index === parts.length - 1
        const noun = index === 0 ? group.summary : (group.nouns?.[parts.slice(1, index + 1).join(" ")] ?? "")
        if (!known.has(part)) known.set(part, isLast ? command.summary : noun)
        words.set(parent, known)
      }
      flags.set(pathOf(parts), Object.entries(command.options).flatMap(flagOf))
    }
  }
  const paths = [...new Set([...words.keys(), ...flags.keys()])]
  return paths.map((path) => ({
    path,
    words: [...(words.get(path) ?? [])].map(([name, summary]) => ({ name, summary })),
    flags: flags.get(path) ?? [],
  }))
}

function pathOf(parts: readonly string[]): string {
  return parts.map((part) => `/${part}`).join("")
}

function flagOf([key, spec]: readonly [string, OptionSpec]): CompletionFlag[] {
  if (spec.hidden === true) return []
  const choices = spec.kind === "text" ? (spec.choices ?? []) : []
  const short = spec.short === undefined ? {} : { short: `-${spec.short}` }
  return [{ long: longFlag(key), ...short, summary: spec.summary, takesValue: spec.kind !== "flag", choices }]
}
