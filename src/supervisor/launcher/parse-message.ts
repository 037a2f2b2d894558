import type { FromLauncher, ProcessRequest, ToLauncher } from "./protocol.ts"

type Check = (value: unknown) => boolean
type Fields = Readonly<Record<string, Check>>

const isString: Check = (value) => typeof value === "string"
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value)
const isBoolean: Check = (value) => typeof value === "boolean"
const isArrayOf = (check: Check): Check => {
  return (value) => Array.isArray(value) && value.every(check)
}
const optional = (check: Check): Check => {
  return (value) => value === undefined || check(value)
}
const oneOf = (...values: readonly string[]): Check => {
  return (value) => typeof value === "string" && values.includes(value)
}
const hasFields = (fields: Fields): Check => {
  return (value) => isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]))
}
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isString)
const isArgv: Check = (value) => isArrayOf(isString)(value) && (value as string[]).length > 0
/** Ids become file names and parts of HAB_RUN_ID. */
const isId: Check = (value) => typeof value === "string" && /^[\x21-\x7e]{1,200}$/.test(value)

const OUTPUT_PLAN: Fields = {
  preamble: isString,
  lines: oneOf("run", "hook"),
  log: optional(hasFields({ directory: isString, name: isString, keep: oneOf("rotated", "replaced") })),
  headBytes: isNumber,
}

/** Everything but what it is started with; the part of a request that is written to disk. */
const DESCRIPTION: Fields = {
  id: isId,
  kind: oneOf("run", "hook", "tool"),
  service: isString,
  hook: optional(isString),
  runId: isId,
  label: isString,
  output: hasFields(OUTPUT_PLAN),
}

const REQUEST: Fields = {
  ...DESCRIPTION,
  argv: isArgv,
  env: isTextMap,
  cwd: optional(isString),
  user: optional(hasFields({ name: isString, uid: isNumber, gid: isNumber })),
  stdin: optional(oneOf("null", "pipe")),
  umask: optional(isNumber),
  limits: optional(isObject),
  channel: optional(isBoolean),
  enclosed: optional(isBoolean),
}

const STATUS = hasFields({ tag: oneOf("exited", "signaled", "not-started", "unknown") })

const STATE: Fields = {
  id: isString,
  kind: oneOf("run", "hook", "tool"),
  service: isString,
  runId: isString,
  pid: isNumber,
  startedMs: isNumber,
  startedMonotonicMs: optional(isNumber),
  adopted: isBoolean,
  status: optional(STATUS),
}

const TO_LAUNCHER: Readonly<Record<ToLauncher["tag"], Fields>> = {
  ready: { protocol: isNumber },
  spawn: { request: isNumber, process: hasFields(REQUEST) },
  signal: { runId: isId, signal: (value) => typeof value === "string" && /^SIG[A-Z0-9]+$/.test(value) },
  "watch-empty": { runId: isId },
  acknowledge: { id: isId },
  "write-input": { id: isId, bytes: isString },
  "close-input": { id: isId },
  send: { id: isId, message: isObject },
  "copy-output": { from: isId, to: isId },
  "shutdown-done": {},
  end: { exitCode: isNumber },
}

const FROM_LAUNCHER: Readonly<Record<FromLauncher["tag"], Fields>> = {
  hello: {
    protocol: isNumber,
    version: isString,
    pid: isNumber,
    startedMonotonicMs: optional(isNumber),
    console: hasFields({ json: isBoolean, color: isBoolean }),
    processes: isArrayOf(hasFields(STATE)),
    respawned: isBoolean,
  },
  started: { request: isNumber, pid: isNumber, startedMs: isNumber },
  "not-started": { request: isNumber, cause: isString },
  exited: { id: isString, status: STATUS, empty: optional(isBoolean) },
  emptied: { runId: isString },
  message: { id: isString },
  shutdown: { forced: isBoolean },
  reload: {},
}

/** A message of the supervisor, or undefined for one we do not understand: it may be newer than us. */
export function parseToLauncher(message: unknown): ToLauncher | undefined {
  return matches(TO_LAUNCHER, message) ? (message as ToLauncher) : undefined
}

/** A message of the launcher, or undefined for one we do not understand. */
export function parseFromLauncher(message: unknown): FromLauncher | undefined {
  return matches(FROM_LAUNCHER, message) ? (message as FromLauncher) : undefined
}

/** True for the part of a request that a process record keeps. */
export function isProcessDescription(value: unknown): value is Omit<ProcessRequest, "argv" | "env"> {
  return hasFields(DESCRIPTION)(value)
}

function matches(table: Readonly<Record<string, Fields>>, message: unknown): boolean {
  if (!isObject(message) || typeof message["tag"] !== "string") return false
  const fields = Object.hasOwn(table, message["tag"]) ? table[message["tag"]] : undefined
  return fields !== undefined && hasFields(fields)(message)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
