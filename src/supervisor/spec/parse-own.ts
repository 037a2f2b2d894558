import { parseByteSize } from "../../base/byte-size.ts"
import { HabError, type Problem } from "../../base/errors.ts"
import { optional } from "../../base/optional.ts"
import { type FieldReader, type Fields, isTable, readFields } from "../../config/field-reader.ts"
import { readLimits } from "../../config/limits.ts"
import { parseToml, toPlain } from "../../config/toml.ts"
import { isVersionRange } from "../../package/version-range.ts"
import {
  type CommandSpec,
  DEFAULT_OWN_SPEC,
  DEPENDENCY_CONDITIONS,
  HEALTH_BACKOFF,
  type HookTables,
  ON_CRITICAL,
  type OwnSpec,
  REPAIR,
  TEMPLATE_MODES,
} from "./spec.ts"

/** What may stand in `<name>.hab.toml`. */
export const OWN_KEYS = [
  "restart",
  "health_failure_threshold",
  "on_critical",
  "health_backoff",
  "rollback_after",
  "max_memory_restart",
  "template_mode",
  "limits",
  "version_range",
  "set",
  "folder",
  "depends_on",
  "command",
  "hooks",
] as const

/** Keys of a command service, in a spec's `[command]` and in a set's `[services.x]` (there `argv` is `command`). */
export const COMMAND_KEYS = ["run", "working_dir", "environment", "env_file", "user", "group"] as const

/**
 * Reads our own keys of a service. Unlike Habitat's file, an unknown key is refused with the nearest known one. Throws
 * SPEC_INVALID with every problem found, or TOML_INVALID.
 */
export function parseOwnSpec(text: string, where: string): OwnSpec {
  const fields = toPlain(parseToml(text, where)) as Fields
  const problems: Problem[] = []
  const read = readFields(fields, (path) => (path.length > 1 ? `${where} [${path[0]}]` : where), problems)
  read.onlyKnown(OWN_KEYS)
  const own: OwnSpec = {
    restart: read.choice("restart", ["always", "on-failure", "no"]) ?? DEFAULT_OWN_SPEC.restart,
    healthFailureThreshold: read.whole("health_failure_threshold") ?? DEFAULT_OWN_SPEC.healthFailureThreshold,
    templateMode: read.choice("template_mode", TEMPLATE_MODES) ?? DEFAULT_OWN_SPEC.templateMode,
    onCritical: read.choice("on_critical", ON_CRITICAL) ?? DEFAULT_OWN_SPEC.onCritical,
    healthBackoff: read.choice("health_backoff", HEALTH_BACKOFF) ?? DEFAULT_OWN_SPEC.healthBackoff,
    ...optional("rollbackAfterSec", read.whole("rollback_after")),
    ...optional("maxMemoryRestart", readMaxMemory(read)),
    limits: readLimits(read),
    ...optional("versionRange", readRange(read)),
    ...optional("set", read.text("set")),
    ...optional("folder", read.text("folder")),
    ...readDependencies(read),
    ...optional("command", read.has("command") ? readCommand(read.table("command"), "argv") : undefined),
    ...optional("hooks", readHookTables(read)),
  }
  if (problems.length > 0) {
    throw new HabError("SPEC_INVALID", `the service spec ${where} is not valid`, { problems, hint: REPAIR })
  }
  return own
}

/** How much memory is too much: a number of bytes, or a text such as `300M`. */
export function readMaxMemory(read: FieldReader): number | undefined {
  const value = read.raw("max_memory_restart")
  const bytes = value === undefined ? undefined : parseByteSize(String(value))
  if (value !== undefined && !bytes) read.refuse("max_memory_restart", `'max_memory_restart' must be ${MEMORY_SIZE}`)
  return bytes || undefined
}

/** How a size of memory is written. */
export const MEMORY_SIZE = "an amount of memory, such as 300M"

function readRange(read: FieldReader): string | undefined {
  const range = read.text("version_range")
  if (range === undefined || isVersionRange(range)) return range
  read.refuse("version_range", `'${range}' is not a range of versions, such as ^2.1`)
  return undefined
}

/** Reads the keys of a command service; `argvKey` is where its argv stands. */
export function readCommand(read: FieldReader, argvKey: "argv" | "command"): CommandSpec {
  if (argvKey === "argv") read.onlyKnown(["argv", ...COMMAND_KEYS])
  const argv = read.words(argvKey)
  const run = read.text("run")
  if (read.has(argvKey) && read.has("run")) read.refuse("run", `give '${argvKey}' or 'run', not both`)
  if (!read.has(argvKey) && !read.has("run")) read.refuse(argvKey, `'${argvKey}' (a list) or 'run' (a line) is missing`)
  if (argv !== undefined && (argv[0] ?? "") === "") read.refuse(argvKey, `'${argvKey}' must name a program`)
  if (run !== undefined && run.trim() === "") read.refuse("run", "'run' must not be empty")
  return {
    ...optional("argv", argv),
    ...optional("run", run),
    ...optional("workingDir", read.text("working_dir")),
    environment: read.pairs("environment") ?? {},
    ...optional("envFile", read.text("env_file")),
    ...optional("user", read.text("user")),
    ...optional("group", read.text("group")),
  }
}

/**
 * `depends_on`: a list of service names, or a table from name to condition, or to `{ condition, restart }`, where `restart`
 * restarts this service whenever that one is.
 */
export function readDependencies(read: FieldReader): Pick<OwnSpec, "dependsOn" | "restartWith"> {
  const value = read.raw("depends_on")
  if (value === undefined) return {}
  if (!isTable(value)) {
    const names = read.words("depends_on") ?? []
    return { dependsOn: Object.fromEntries(names.map((name) => [name, "started" as const])) }
  }
  const table = read.table("depends_on")
  const found = table.keys.map((name) => ({ name, ...readDependency(table, name) }))
  const restartWith = found.filter(({ restart }) => restart).map(({ name }) => name)
  return {
    dependsOn: Object.fromEntries(found.map(({ name, condition }) => [name, condition])),
    ...(restartWith.length === 0 ? {} : { restartWith }),
  }
}

function readDependency(table: FieldReader, name: string) {
  if (!isTable(table.raw(name))) {
    return { condition: table.choice(name, DEPENDENCY_CONDITIONS) ?? "started", restart: false } as const
  }
  const options = table.table(name)
  options.onlyKnown(["condition", "restart"])
  const condition = options.choice("condition", DEPENDENCY_CONDITIONS) ?? "started"
  return { condition, restart: options.flag("restart") === true }
}

/** The declared hooks as they are; of one event a table alone stands for a list of one. */
export function readHookTables(read: FieldReader): HookTables | undefined {
  if (!read.has("hooks")) return undefined
  const hooks = read.table("hooks")
  const lists = hooks.keys.map((event) => {
    const value = hooks.raw(event)
    const list = Array.isArray(value) ? value : [value]
    if (list.every(isTable)) return [event, list] as const
    hooks.refuse(event, `'${event}' must be a hook (a table) or a list of hooks`)
    return [event, []] as const
  })
  return Object.fromEntries(lists)
}
