import { posix as path } from "node:path"
import type { Problem } from "../../base/errors.ts"
import { type FieldReader, type Fields, isTable, readFields } from "../../config/field-reader.ts"
import type { HookTables } from "../spec/spec.ts"
import { expandVariables } from "./expand-variables.ts"
import { keplerHealth } from "./kepler-health.ts"
import { parseSetService, type SetPlace } from "./parse-service.ts"
import type { ServiceSet } from "./service-set.ts"
import type { SetSource } from "./toml-set.ts"
import { readYaml } from "./yaml-document.ts"

/** Global hooks of kepler.yaml: all of them are supervisor events or aliases here, by the same names. */
const KEPLER_GLOBAL_HOOKS = [
  "on_init",
  "pre_start",
  "post_start",
  "pre_stop",
  "post_stop",
  "pre_restart",
  "post_restart",
  "pre_cleanup",
] as const

/** Service hooks of kepler.yaml. */
const KEPLER_SERVICE_HOOKS = [
  "on_init",
  "pre_start",
  "post_start",
  "pre_stop",
  "post_stop",
  "pre_restart",
  "post_restart",
  "post_exit",
  "post_healthcheck_success",
  "post_healthcheck_fail",
] as const

const HOOK_KEYS = ["run", "command", "user", "group", "working_dir", "environment", "env_file"] as const

const SERVICE_KEYS = [
  "command",
  "run",
  "working_dir",
  "environment",
  "env_file",
  "user",
  "group",
  "restart",
  "depends_on",
  "healthcheck",
  "hooks",
] as const

/** Keys of Kepler that say something we do in another way, or not: told, never an error. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  logs: "every service's output is kept and rotated in its own logs",
  watch: "files are not watched; `hab svc restart` starts the service anew",
  limits: "limits are not taken over; set them with [services.x.limits]",
  default_inherit_env: "services begin with PATH, LANG, HOME and USER",
  inherit_env: "services begin with PATH, LANG, HOME and USER",
  sys_env: "services begin with PATH, LANG, HOME and USER",
  autostart: "what is applied starts with every supervisor",
  timeout: "--timeout says how long a command waits",
}

const DEPENDENCY_CONDITIONS: Readonly<Record<string, string>> = {
  service_started: "started",
  started: "started",
  service_healthy: "healthy",
  healthy: "healthy",
}

type Reading = Readonly<{ place: SetPlace; problems: Problem[]; notes: string[] }>

/** Reads a kepler.yaml as a set of command services (decisions 30). What is wrong is in `problems`, with its line. */
export function readKeplerSet(source: SetSource, problems: Problem[]): ServiceSet {
  const { fields, placeOf } = readYaml(source.text, source.file, problems)
  const root = readFields(fields, placeOf, problems)
  const name = source.name ?? source.defaultName
  const reading: Reading = {
    place: { set: name, folder: source.folder, env: source.env },
    problems,
    notes: [],
  }
  root.onlyKnown(["kepler", "services"])
  const global = root.table("kepler")
  noteLeftOut(reading, global, "kepler", ["hooks"])
  const hooks = hooksOf(reading, global, { names: KEPLER_GLOBAL_HOOKS, folder: source.folder, env: source.env })
  const services = root.tables("services").map(([key, service]) => {
    const translated = translate(reading, key, service)
    return parseSetService(reading.place, key, translated, { placeOf, problems, path: service.path })
  })
  return { name, file: source.file, services, hooks, notes: reading.notes }
}

function translate(reading: Reading, name: string, service: FieldReader): Fields {
  noteLeftOut(reading, service, `services.${name}`, SERVICE_KEYS)
  const { folder } = reading.place
  const workingDir = path.resolve(folder, service.text("working_dir") ?? ".")
  const env = reading.place.env
  const environment = expandVariables(service.pairs("environment") ?? {}, env)
  const hooks = hooksOf(reading, service, {
    names: KEPLER_SERVICE_HOOKS,
    folder: workingDir,
    env: { ...env, ...environment },
  })
  const same = ["command", "run", "user", "group", "env_file"].filter((key) => service.has(key))
  return {
    ...Object.fromEntries(same.map((key) => [key, service.raw(key)])),
    working_dir: workingDir,
    environment,
    ...restartOf(reading, service, name),
    ...(service.has("depends_on") ? { depends_on: dependenciesOf(service) } : {}),
    ...(service.has("healthcheck") ? keplerHealth(service.table("healthcheck")) : {}),
    ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
  }
}

/** `folder`: where a hook's relative paths start. */
function hooksOf(
  { problems }: Reading,
  owner: FieldReader,
  given: Readonly<{ names: readonly string[]; folder: string; env: Readonly<Record<string, string>> }>,
): HookTables {
  const hooks = owner.table("hooks")
  hooks.onlyKnown(given.names)
  return Object.fromEntries(
    hooks.keys
      .filter((event) => given.names.includes(event))
      .map((event) => {
        const value = hooks.raw(event)
        const steps = (Array.isArray(value) ? value : [value]).map((step, index) => {
          const one = Array.isArray(value)
            ? readFields(isTable(step) ? step : {}, () => `${event}[${index}]`, problems)
            : hooks.table(event)
          return hookOf(one, given)
        })
        return [event.replaceAll("_", "-"), steps] as const
      }),
  )
}

function hookOf(
  hook: FieldReader,
  { folder, env }: Readonly<{ folder: string; env: Readonly<Record<string, string>> }>,
): Readonly<Record<string, unknown>> {
  hook.onlyKnown(HOOK_KEYS)
  if (hook.has("run") && hook.has("command")) hook.refuse("command", "give 'run' or 'command', not both")
  if (!hook.has("run") && !hook.has("command")) hook.refuse("run", "a hook needs 'run' (a line) or 'command' (a list)")
  hook.text("run")
  hook.words("command")
  const workingDir = hook.text("working_dir")
  const environment = hook.pairs("environment")
  const envFile = hook.text("env_file")
  const same = ["run", "command", "user", "group"].filter((key) => hook.has(key))
  return {
    ...Object.fromEntries(same.map((key) => [key, hook.raw(key)])),
    ...(workingDir === undefined ? {} : { working_dir: path.resolve(folder, workingDir) }),
    ...(environment === undefined ? {} : { environment: expandVariables(environment, env) }),
    ...(envFile === undefined ? {} : { env_file: path.resolve(folder, envFile) }),
  }
}

/** `restart: no` (the default there) `| always | on-failure | on-unhealthy`, also joined by `|`, or a mapping with `policy`. */
function restartOf({ notes }: Reading, service: FieldReader, name: string): Fields {
  const value = service.raw("restart")
  const policy = isTable(value) ? value["policy"] : value
  if (isTable(value) && value["watch"] !== undefined) notes.push(`services.${name}.restart.watch: ${LEFT_OUT["watch"]}`)
  const words = (policy === undefined || policy === false ? "no" : String(policy)).split("|").map((word) => word.trim())
  const known = ["no", "always", "on-failure", "on-success", "on-unhealthy"]
  const unknown = words.find((word) => !known.includes(word))
  if (unknown !== undefined) service.refuse("restart", `'restart' must be one of ${known.join(", ")}, not "${unknown}"`)
  if (words.includes("on-unhealthy")) {
    notes.push(
      `services.${name}.restart: on-unhealthy is an option of the whole supervisor here, --on-critical restart`,
    )
  }
  if (words.includes("always") || (words.includes("on-failure") && words.includes("on-success"))) {
    return { restart: "always" }
  }
  return { restart: words.includes("on-failure") ? "on-failure" : words.includes("on-success") ? "always" : "no" }
}

/** A list of names, of mappings, or a mapping from name to `{ condition, restart }`. */
function dependenciesOf(service: FieldReader): Fields {
  const value = service.raw("depends_on")
  const entries = Array.isArray(value)
    ? value.flatMap((one): (readonly [string, unknown])[] => (isTable(one) ? Object.entries(one) : [[String(one), {}]]))
    : isTable(value)
      ? Object.entries(value)
      : [[String(value), {}] as const]
  return Object.fromEntries(
    entries.map(([name, options]) => {
      const condition = isTable(options) ? String(options["condition"] ?? "service_started") : "service_started"
      const known = DEPENDENCY_CONDITIONS[condition]
      if (known === undefined) {
        const names = Object.keys(DEPENDENCY_CONDITIONS).join(", ")
        service.refuse("depends_on", `the condition '${condition}' of '${name}' is not known here: one of ${names}`)
      }
      return [
        name,
        { condition: known ?? "started", restart: isTable(options) && options["restart"] === true },
      ] as const
    }),
  )
}

function noteLeftOut({ notes }: Reading, owner: FieldReader, where: string, known: readonly string[]): void {
  owner.onlyKnown([...known, ...Object.keys(LEFT_OUT)])
  for (const key of owner.keys) {
    const why = known.includes(key) ? undefined : LEFT_OUT[key]
    if (why !== undefined) notes.push(`${where}.${key}: ${why}`)
  }
}
