import { SCHEMA_FILE } from "../config/validate.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { hookSources } from "./hook-files.ts"

const DIRECTORY_MODE = 0o755
const FILE_MODE = 0o644
const PROGRAM_MODE = 0o755
const OWNER_EXECUTE = 0o100
/** What editors leave beside files: not packaged unless HAB_CONFIG_EXCLUDE says otherwise. */
export const EXCLUDED_BY_DEFAULT = "*.sw?,*~,*.bak"

type CopyRequest = Readonly<{
  planContext: string
  /** The package being built, as a host path. */
  prefix: string
  /** HAB_CONFIG_EXCLUDE; empty means the editors' leftovers. */
  exclude: string
}>

/**
 * do_default_build_config (spec package §2.4): puts `config/`, `config_install/`, `hooks/`, `default.toml` and
 * our own `config.schema.json` into the package. Modes are 0644, 0755 for what its owner may execute and for folders, so that a checkout under another umask
 * gives the same package. Returns warnings; throws PLAN_HOOKS_INVALID.
 */
export function copyServiceFiles({ files }: Readonly<{ files: FileSystem }>, request: CopyRequest): readonly string[] {
  const { planContext, prefix } = request
  const isExcluded = excluding(request.exclude || EXCLUDED_BY_DEFAULT)
  const warnings = ["config", "config_install"].flatMap((name) =>
    copyTree(files, `${planContext}/${name}`, `${prefix}/${name}`, isExcluded),
  )
  const found = hookSources({ files }, planContext, isExcluded)
  if (found.hooks.length > 0) files.makeDirectories(`${prefix}/hooks`, DIRECTORY_MODE)
  for (const { file, hook } of found.hooks) copyFile(files, `${planContext}/hooks/${file}`, `${prefix}/hooks/${hook}`)
  for (const file of ["default.toml", SCHEMA_FILE].filter((name) => isFile(files, `${planContext}/${name}`))) {
    copyFile(files, `${planContext}/${file}`, `${prefix}/${file}`)
  }
  return warnings
}

/** True for file names that a comma-separated list of shell patterns (`*`, `?`) matches. */
export function excluding(patterns: string): (name: string) => boolean {
  const expressions = patterns
    .split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "")
    .map(
      (pattern) =>
        new RegExp(
          `^${pattern
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replace(/\*/g, ".*")
            .replace(/\?/g, ".")}$`,
        ),
    )
  return (name) => expressions.some((expression) => expression.test(name))
}

/** Links to files become files; links to folders could lead in a circle and are left out. */
function copyTree(files: FileSystem, from: string, to: string, isExcluded: (name: string) => boolean): string[] {
  if (files.stat(from)?.kind !== "directory") return []
  files.makeDirectories(to, DIRECTORY_MODE)
  return files
    .readDirectory(from)
    .filter((entry) => !isExcluded(entry.name))
    .flatMap((entry) => {
      const [source, destination] = [`${from}/${entry.name}`, `${to}/${entry.name}`]
      if (entry.kind === "directory") return copyTree(files, source, destination, isExcluded)
      if (!isFile(files, source)) return [`${source} is neither a file nor a folder; it is left out`]
      copyFile(files, source, destination)
      return []
    })
}

function copyFile(files: FileSystem, from: string, to: string): void {
  files.copyFile(from, to)
  const executable = ((files.stat(from)?.mode ?? 0) & OWNER_EXECUTE) !== 0
  files.chmod(to, executable ? PROGRAM_MODE : FILE_MODE)
}

function isFile(files: FileSystem, path: string): boolean {
  return files.stat(path)?.kind === "file"
}

type RunRequest = Readonly<{
  command: string
  user: string
  group: string
  /** Inner paths of the service. */
  servicePath: string
  dataPath: string
}>

/** The `run` file made of pkg_svc_run when a plan has no run hook (spec package §2.4). */
export function generatedRun({ command, user, group, servicePath, dataPath }: RunRequest): string {
  return `#!/bin/sh

export HOME=${dataPath}
cd ${servicePath}

if [ "$(id -u)" = 0 ]; then
  exec chpst -U ${user}:${group} -u ${user}:${group} ${command} 2>&1
else
  exec ${command} 2>&1
fi
`
}

/** A run hook under any ending counts, PowerShell's excepted (decisions 3). */
export function hasRunHook({ files }: Readonly<{ files: FileSystem }>, planContext: string): boolean {
  return hookSources({ files }, planContext, excluding(EXCLUDED_BY_DEFAULT)).hooks.some(({ hook }) => hook === "run")
}
