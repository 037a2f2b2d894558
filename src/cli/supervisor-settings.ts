import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { Host } from "../ports/host.ts"
import type { SupervisorHooks } from "../supervisor/context.ts"
import type { CommandContext, OptionsOf } from "./command.ts"
import { ineffectiveFlags, warnWithoutEffect } from "./options/ineffective-options.ts"
import { namedOptionFiles, optionsOverFiles, printOptionFile, readOptionFile } from "./options/option-file.ts"
import { ARGUMENT_KEY, configKeyOf, SUPERVISOR_OPTIONS } from "./options/supervisor-options.ts"
import { HOOK_KEYS, HOOK_KEYS_EXAMPLE, readSupervisorHooks } from "./supervisor-hooks.ts"

export type SupervisorOptionValues = OptionsOf<typeof SUPERVISOR_OPTIONS>

/** What `hab sup run` was told: on the command line and by the environment (`named`), the rest are defaults. */
export type Asked = Readonly<{
  argument: string | undefined
  options: SupervisorOptionValues
  named: ReadonlySet<string>
  /** Files to read instead of the default one; later ones count more. */
  configFiles: readonly string[] | undefined
}>

/** Where the files are. */
type Place = Readonly<{ host: Pick<Host, "files" | "cwd">; layout: Layout }>

export type SupervisorSettings = Readonly<{
  argument: string | undefined
  options: SupervisorOptionValues
  hooks: SupervisorHooks
}>

const ARGUMENT = "argument"

const SUP_TOML = {
  command: "hab sup run",
  options: {
    ...SUPERVISOR_OPTIONS,
    [ARGUMENT]: { kind: "text", value: "IDENT", summary: "Service to load, as an identifier or a .hart file" },
  },
  keyOf: (option: string) => (option === ARGUMENT ? ARGUMENT_KEY : configKeyOf(option)),
  others: HOOK_KEYS,
} as const

/**
 * Everything `hab sup run` goes by: the command line, then the environment, then the files, then defaults (spec
 * supervisor §1.7; a value on the command line always wins ≠). Throws TOML_INVALID, OPTION_FILE_INVALID,
 * OPTION_FILE_MISSING and HOOKS_INVALID.
 */
export function supervisorSettings(context: Place, asked: Asked): SupervisorSettings {
  const files = configFiles(context, asked.configFiles)
  const values = files.map((file) => readOptionFile(context.host.files.readText(file), file, SUP_TOML))
  const { [ARGUMENT]: argument, ...options } = Object.assign({}, ...values) as Record<string, unknown>
  return {
    argument: asked.argument ?? (argument as string | undefined),
    options: optionsOverFiles(options, asked.options, asked.named),
    hooks: readSupervisorHooks(context.host, files),
  }
}

/** What `--generate-config` prints: the command line as a file. */
export function generateSettings({ argument, options, named }: Asked): string {
  const head = "# Settings of `hab sup run`. The command line and the environment count more than this file."
  return `${head}\n\n${printOptionFile(SUP_TOML, { ...options, ...(argument === undefined ? {} : { argument }) }, named)}\n${HOOK_KEYS_EXAMPLE}`
}

/** One warning about everything that was asked for and has no effect. */
export function warnIneffective(context: CommandContext, { options }: SupervisorSettings, { named }: Asked): void {
  warnWithoutEffect(context, ineffectiveFlags(options, named))
}

function configFiles({ host, layout }: Place, given: readonly string[] | undefined): readonly string[] {
  if (given !== undefined) return namedOptionFiles(host, given)
  return [supervisorPaths(layout).config].filter((file) => host.files.stat(file))
}
