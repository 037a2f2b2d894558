import { posix as path } from "node:path"
import { parseDuration } from "../base/duration.ts"
import type { Problem } from "../base/errors.ts"
import { readFields } from "../config/field-reader.ts"
import { parseToml, toPlain } from "../config/toml.ts"
import { linesOf } from "../hooks/declared-lines.ts"
import { hooksInvalid } from "../hooks/hooks-file.ts"
import { readDeclarations } from "../hooks/read-declarations.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { SupervisorHooks } from "../supervisor/context.ts"

/** Keys of sup.toml that are about hooks. */
export const HOOK_KEYS = ["hooks", "allow_users", "exit_wait"] as const

const EXIT_WAIT_MS = 5_000

/** The keys as `--generate-config` prints them: commented out. */
export const HOOK_KEYS_EXAMPLE = `### How long hooks and gateways together may take when the supervisor goes
# exit_wait = "5s"

### Accounts that hooks of packages may run as, besides their service's own
# allow_users = []

### Hooks of the supervisor; with \`for\`, of every service that it names
# [[hooks.on-run]]
# command = ["/usr/local/bin/register-host"]
`

/** Hooks of the supervisor's files, all files together. Throws TOML_INVALID, and HOOKS_INVALID with everything wrong. */
export function readSupervisorHooks(
  { files }: Readonly<{ files: Pick<FileSystem, "readText"> }>,
  paths: readonly string[],
): SupervisorHooks {
  const read = paths.map((file) => readFile(files.readText(file), file))
  return {
    declared: read.flatMap(({ declared }) => declared),
    allowUsers: read.flatMap(({ allowUsers }) => allowUsers),
    exitWaitMs: read.map(({ exitWaitMs }) => exitWaitMs).findLast((one) => one !== undefined) ?? EXIT_WAIT_MS,
  }
}

function readFile(text: string, file: string) {
  const problems: Problem[] = []
  const placeOf = linesOf(text, file)
  const root = readFields(toPlain(parseToml(text, file)) as Record<string, unknown>, placeOf, problems)
  const source = { declaredIn: "supervisor", subject: "supervisor", folder: path.dirname(file), placeOf } as const
  const declared = readDeclarations(root.raw("hooks"), source, problems)
  const wait = root.raw("exit_wait")
  const exitWaitMs = wait === undefined ? undefined : parseDuration(wait)
  if (wait !== undefined && exitWaitMs === undefined) {
    root.refuse("exit_wait", `'exit_wait' must be a duration like "5s", not ${JSON.stringify(wait)}`)
  }
  const allowUsers = root.words("allow_users") ?? []
  if (problems.length > 0) throw hooksInvalid(file, problems)
  return { declared, allowUsers, exitWaitMs }
}
