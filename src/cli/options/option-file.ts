import { posix as path } from "node:path"
import { HabError, type Problem } from "../../base/errors.ts"
import { nearest } from "../../base/nearest.ts"
import { parseToml, toPlain } from "../../config/toml.ts"
import type { Host } from "../../ports/host.ts"
import type { OptionSpec, OptionTable } from "../command.ts"

/** Options in TOML. `keyOf` names an option in the file. */
export type OptionFile = Readonly<{
  /** The command they are of. */
  command: string
  options: OptionTable
  keyOf: (option: string) => string
  /** Keys that are read by somebody else. */
  others?: readonly string[]
}>

/**
 * The options a file names, by their names in the table. Throws TOML_INVALID, and OPTION_FILE_INVALID with everything
 * that is wrong: unknown keys, with the nearest known one, and values of another kind.
 */
export function readOptionFile(
  text: string,
  where: string,
  { command, options, keyOf, others = [] }: OptionFile,
): Record<string, unknown> {
  const fields = toPlain(parseToml(text, where)) as Readonly<Record<string, unknown>>
  const known = new Map(Object.entries(options).map(([option, spec]) => [keyOf(option), { option, spec }]))
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (others.includes(key)) continue
    const found = known.get(key)
    if (found === undefined) problems.push({ where, message: unknownKey(key, [...known.keys(), ...others]) })
    else if (!fits(found.spec, value)) problems.push({ where, message: `${key} must be ${wanted(found.spec)}` })
    else values[found.option] = found.spec.kind === "list" && typeof value === "string" ? [value] : value
  }
  if (problems.length === 0) return values
  throw new HabError("OPTION_FILE_INVALID", `${where} cannot be used`, {
    problems,
    hint: `${command} --generate-config prints every key with its meaning`,
  })
}

/** The files that `--config-files` names. Throws OPTION_FILE_MISSING. */
export function namedOptionFiles({ files, cwd }: Pick<Host, "files" | "cwd">, names: readonly string[]): string[] {
  return names.map((name) => {
    const file = path.resolve(cwd, name)
    if (name.endsWith(".toml") && files.stat(file)?.kind === "file") return file
    throw new HabError("OPTION_FILE_MISSING", `${name} is no configuration file`, {
      hint: "--config-files takes files that exist and end in .toml",
    })
  })
}

/** What was `named` on the command line or by the environment counts more than what files say, and that more than defaults. */
export function optionsOverFiles<T extends object>(
  fromFiles: Readonly<Record<string, unknown>>,
  options: T,
  named: ReadonlySet<string>,
): T {
  const counting = Object.entries(options).filter(([key]) => named.has(key) || !Object.hasOwn(fromFiles, key))
  return { ...fromFiles, ...Object.fromEntries(counting) } as T
}

function unknownKey(key: string, known: Iterable<string>): string {
  const near = nearest(key, known)
  return `unknown key '${key}'${near === undefined ? "" : `; did you mean '${near}'?`}`
}

function fits(spec: OptionSpec, value: unknown): boolean {
  switch (spec.kind) {
    case "flag":
      return typeof value === "boolean"
    case "text":
      return typeof value === "string" && (spec.choices === undefined || spec.choices.includes(value))
    case "number":
      return typeof value === "number" && Number.isInteger(value) && value >= (spec.minimum ?? 0)
    case "list":
      return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"))
  }
}

function wanted(spec: OptionSpec): string {
  switch (spec.kind) {
    case "flag":
      return "true or false"
    case "text":
      return spec.choices === undefined ? "a string" : `one of ${spec.choices.join(", ")}`
    case "number":
      return `a whole number of at least ${spec.minimum ?? 0}`
    case "list":
      return "a list of strings"
  }
}

/**
 * A file that names every option: those with a value as they are, the others commented out. It can be used unchanged.
 * Hidden options are left out unless they have a value.
 */
export function printOptionFile(
  { options, keyOf }: OptionFile,
  values: Readonly<Record<string, unknown>>,
  named: ReadonlySet<string>,
): string {
  const blocks = Object.entries(options).flatMap(([option, spec]) => {
    if (spec.hidden === true && !named.has(option)) return []
    const value = values[option]
    const line = value === undefined ? `# ${keyOf(option)} = ${example(spec)}` : `${keyOf(option)} = ${print(value)}`
    return [`### ${spec.summary}${environment(spec)}\n${line}`]
  })
  return `${blocks.join("\n\n")}\n`
}

function environment({ env }: OptionSpec): string {
  return env === undefined ? "" : ` (environment: ${env})`
}

function example(spec: OptionSpec): string {
  if (spec.kind === "number") return String(spec.minimum ?? 0)
  if (spec.kind === "list") return "[]"
  return spec.kind === "text" ? JSON.stringify(spec.choices?.[0] ?? "") : "false"
}

/** JSON's strings, numbers, booleans and lists are TOML's. */
function print(value: unknown): string {
  return Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(", ")}]` : JSON.stringify(value)
}
