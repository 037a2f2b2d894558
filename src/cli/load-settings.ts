import { HabError } from "../base/errors.ts"
import type { Host } from "../ports/host.ts"
import type { OptionsOf, OptionTable } from "./command.ts"
import {
  namedOptionFiles,
  type OptionFile,
  optionsOverFiles,
  printOptionFile,
  readOptionFile,
} from "./options/option-file.ts"
import { SERVICE_OPTIONS } from "./options/service-options.ts"
import { configKeyOf } from "./options/supervisor-options.ts"
import { ASYNC_OPTIONS } from "./options/wait-options.ts"

/** What `hab svc load` can be told, on the command line or in a file of `--config-files` (spec supervisor §1.3). */
export const LOAD_OPTIONS = {
  force: { kind: "flag", short: "f", summary: "Replace the spec of a loaded service" },
  ...ASYNC_OPTIONS,
  ...SERVICE_OPTIONS,
} as const satisfies OptionTable

type LoadOptionValues = OptionsOf<typeof LOAD_OPTIONS>

/** What stands on a command line; `named` are the options that it or the environment gave. */
export type LoadAsked = Readonly<{
  ident: string | undefined
  options: LoadOptionValues
  named: ReadonlySet<string>
}>

const IDENT = "pkgIdent"

const LOAD_FILE: OptionFile = {
  command: "hab svc load",
  options: { [IDENT]: { kind: "text", value: "IDENT", summary: "The package of the service" }, ...LOAD_OPTIONS },
  keyOf: configKeyOf,
}

/** The command line, then the files, later ones first, then defaults. Throws USAGE, TOML_INVALID and OPTION_FILE errors. */
export function loadSettings(
  host: Pick<Host, "files" | "cwd">,
  { ident, options, named }: LoadAsked,
  configFiles: readonly string[],
): Readonly<{ ident: string; options: LoadOptionValues }> {
  const files = namedOptionFiles(host, configFiles)
  const values = files.map((file) => readOptionFile(host.files.readText(file), file, LOAD_FILE))
  const { [IDENT]: identOfFile, ...fromFiles } = Object.assign({}, ...values) as Record<string, unknown>
  const wanted = ident ?? (identOfFile as string | undefined)
  if (wanted !== undefined) return { ident: wanted, options: optionsOverFiles(fromFiles, options, named) }
  throw new HabError("USAGE", "no service is named", {
    hint: "give an identifier (hab svc load acme/web), or a file with pkg_ident as --config-files",
  })
}

/** What `--generate-config` prints: the command line as a file. */
export function generateLoadSettings({ ident, options, named }: LoadAsked): string {
  const head = "# Options of `hab svc load`, for --config-files. The command line counts more than this file."
  return `${head}\n\n${printOptionFile(LOAD_FILE, { ...options, ...(ident === undefined ? {} : { [IDENT]: ident }) }, named)}`
}
