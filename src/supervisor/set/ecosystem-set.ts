import { posix as path } from "node:path"
import type { Problem } from "../../base/errors.ts"
import { type FieldReader, type Fields, isTable, readFields } from "../../config/field-reader.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { parseSetService, type SetPlace } from "./parse-service.ts"
import type { ServiceSet } from "./service-set.ts"
import type { SetSource } from "./toml-set.ts"

/** Programs for scripts, by extension, where the app names none. JavaScript is run by the Node that runs us. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  ".js": "node",
  ".mjs": "node",
  ".cjs": "node",
  ".ts": "node",
  ".py": "python3",
  ".sh": "bash",
  ".rb": "ruby",
  ".pl": "perl",
  ".php": "php",
}

/** Keys of an app that are taken over. */
const TAKEN = [
  "name",
  "script",
  "args",
  "interpreter",
  "exec_interpreter",
  "interpreter_args",
  "node_args",
  "cwd",
  "env",
  "autorestart",
  "kill_timeout",
  "max_memory_restart",
  "instances",
  "exec_mode",
  "post_start_hook",
  "user",
  "uid",
  "gid",
] as const

export type EcosystemOptions = Readonly<{ nodeProgram: string }>

/**
 * Reads what an ecosystem file exports: one app, a list of apps, or `{ apps }` (decisions 30). An app with several
 * instances becomes several services, `name-0` to `name-<n>`. Keys that mean nothing here are told, never an error.
 */
export function readEcosystemSet(
  source: SetSource & EcosystemOptions,
  exported: unknown,
  problems: Problem[],
): ServiceSet {
  const name = source.name ?? source.defaultName
  const place: SetPlace = { set: name, folder: source.folder, env: source.env }
  const notes: string[] = []
  const services = appsOf(exported).flatMap((app, index): ServiceSpec[] => {
    const where = `${source.file} apps[${index}]`
    if (!isTable(app)) {
      problems.push({ where, message: "an app must be an object" })
      return []
    }
    const read = readFields(app, () => where, problems)
    const label = nameOf(read)
    for (const key of read.keys.filter((one) => !isTaken(one))) {
      notes.push(`${label}.${key} has no meaning here and is left out`)
    }
    return instancesOf(read, notes, label).map(([service, extra]) => {
      const fields = translate(source, read, extra)
      return parseSetService(place, service, fields, { placeOf: () => where, problems, path: [] })
    })
  })
  const names = services.map((spec) => spec.ident.name)
  for (const twice of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push({ where: source.file, message: `two apps are called '${twice}'` })
  }
  return { name, file: source.file, services, hooks: {}, notes }
}

function appsOf(exported: unknown): readonly unknown[] {
  if (Array.isArray(exported)) return exported
  const apps = isTable(exported) ? exported["apps"] : undefined
  if (apps === undefined) return [exported]
  return Array.isArray(apps) ? apps : [apps]
}

function isTaken(key: string): boolean {
  return (TAKEN as readonly string[]).includes(key)
}

/** The app's name, or its script's without extension, as a service can be called. */
function nameOf(app: FieldReader): string {
  const given = app.text("name") ?? path.basename(app.text("script") ?? "").replace(/\.[^.]*$/, "")
  return given.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "")
}

function instancesOf(app: FieldReader, notes: string[], label: string): readonly (readonly [string, Fields])[] {
  const wanted = app.raw("instances")
  const count = typeof wanted === "string" && /^\d+$/.test(wanted) ? Number(wanted) : (wanted ?? 1)
  if (typeof count !== "number" || count < 1) {
    notes.push(`${label}.instances: ${JSON.stringify(wanted)} is one service here; name a number for more`)
    return [[label, {}]]
  }
  if (count === 1) return [[label, {}]]
  if (app.raw("exec_mode") === "cluster") {
    notes.push(`${label}.exec_mode: every instance is a service of its own; they cannot share a port`)
  }
  return Array.from({ length: count }, (_, index) => [`${label}-${index}`, { NODE_APP_INSTANCE: index }] as const)
}

function translate(source: SetSource & EcosystemOptions, app: FieldReader, extra: Fields): Fields {
  const cwd = path.resolve(source.folder, app.text("cwd") ?? ".")
  const user = app.raw("user") ?? app.raw("uid")
  const group = app.raw("gid")
  const killMs = app.whole("kill_timeout")
  const hook = app.text("post_start_hook")
  const memory = app.raw("max_memory_restart")
  return {
    command: commandOf(source, app, cwd),
    working_dir: cwd,
    environment: { ...(app.pairs("env") ?? {}), ...extra },
    ...(typeof user === "string" ? { user } : {}),
    ...(typeof group === "string" ? { group } : {}),
    ...(app.flag("autorestart") === false ? { restart: "no" } : {}),
    ...(killMs === undefined ? {} : { shutdown_timeout: Math.ceil(killMs / 1000) }),
    ...(memory === undefined ? {} : { max_memory_restart: memory }),
    ...(hook === undefined ? {} : { hooks: { "post-start-hook": [{ module: path.resolve(cwd, hook) }] } }),
  }
}

/** A script that is no path of a file with an extension is a program of PATH, as there. */
function commandOf({ nodeProgram }: EcosystemOptions, app: FieldReader, cwd: string): readonly string[] {
  const script = app.text("script")
  if (script === undefined) {
    app.refuse("script", "an app needs a 'script'")
    return ["true"]
  }
  const named = app.text("interpreter") ?? app.text("exec_interpreter") ?? INTERPRETERS[path.extname(script)]
  const interpreter = named === "none" ? undefined : named
  const file = interpreter === undefined && !script.includes("/") ? script : path.resolve(cwd, script)
  const flags = interpreter === undefined ? [] : [...wordsOf(app, "interpreter_args"), ...wordsOf(app, "node_args")]
  const program = interpreter === undefined ? [] : [interpreter === "node" ? nodeProgram : interpreter]
  return [...program, ...flags, file, ...wordsOf(app, "args")]
}

/** A list of words, or one line of them. */
function wordsOf(app: FieldReader, key: string): readonly string[] {
  const value = app.raw(key)
  if (typeof value === "string") return value.split(/\s+/).filter((word) => word !== "")
  return app.words(key) ?? []
}
