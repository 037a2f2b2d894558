import type { EventName, SubjectKind } from "./events.ts"
import type { Reason } from "./reasons.ts"

/** What a thing was declared as, and what came of it. */
export type Snapshot = Readonly<{
  inputs: Readonly<Record<string, unknown>>
  outputs?: Readonly<Record<string, unknown>>
}>

/** What every hook is told (spec lifecycle §C.5): what happens, to whom, why. */
export type EventRecord = Readonly<{
  event: EventName
  reason: Reason
  subject: Readonly<{ kind: SubjectKind; name: string; ident?: string; group?: string }>
  /** Names the subject across sets, and the release it is; empty before it exists (decisions 29). Of create, update, delete. */
  urn?: string
  id?: string
  /** Of the service's process, running or just ended. */
  pid?: number
  /** How the process ended. */
  exit?: Readonly<{ code?: number; signal?: string }>
  health?: Readonly<{ old: string; new: string; output: string }>
  restarts?: number
  /** Counts from 1 over the retries of a hook. */
  attempt?: number
  /** Paths of what changed. */
  changed?: readonly string[]
  old?: Snapshot
  new?: Snapshot
  /** Newest first. */
  errors?: readonly string[]
  failedOperation?: string
  dryRun?: boolean
}>

type Variable = Readonly<{ read: (record: EventRecord) => string | number | undefined; meaning: string }>

/** The variables of the record; those without a value are not set. */
export const HOOK_VARIABLES: Readonly<Record<string, Variable>> = {
  HAB_HOOK_EVENT: { read: (record) => record.event, meaning: "the event: `pre-start`, `health-check`" },
  HAB_HOOK_OPERATION: {
    read: (record) => operationOf(record.event),
    meaning: "`create`, `update`, `delete`, `start`, `stop` or `restart`, for events before and after one",
  },
  HAB_HOOK_REASON: {
    read: (record) => record.reason,
    meaning: "why it happens, one of the [reasons](lifecycle.md#reasons)",
  },
  HAB_HOOK_SUBJECT: {
    read: (record) => record.subject.kind,
    meaning: "`service`, `package`, `config`, `group` or `supervisor`",
  },
  HAB_HOOK_SERVICE: {
    read: (record) => record.subject.name,
    meaning: "name of the service, package, config, group or set",
  },
  HAB_HOOK_IDENT: { read: (record) => record.subject.ident, meaning: "full ident of its release" },
  HAB_HOOK_GROUP: { read: (record) => record.subject.group, meaning: "service group" },
  HAB_HOOK_PID: { read: (record) => record.pid, meaning: "the service's process, while there is one" },
  HAB_HOOK_EXIT_CODE: {
    read: (record) => record.exit?.code,
    meaning: "how its last process ended, when it exited by itself",
  },
  HAB_HOOK_SIGNAL: {
    read: (record) => record.exit?.signal,
    meaning: "how its last process ended, when a signal ended it: `SIGKILL`",
  },
  HAB_HOOK_HEALTH_OLD: {
    read: (record) => record.health?.old,
    meaning: "the health before, for `post-healthy` and `post-unhealthy`",
  },
  HAB_HOOK_HEALTH_NEW: { read: (record) => record.health?.new, meaning: "the health now, for the same" },
  HAB_HOOK_RESTARTS: { read: (record) => record.restarts, meaning: "failures since somebody last started the service" },
  HAB_HOOK_ATTEMPT: { read: (record) => record.attempt, meaning: "which attempt of this hook it is, from 1" },
  HAB_HOOK_CHANGED: {
    read: (record) => record.changed?.length,
    meaning: "how many files changed, for `reconfigure`, `file-updated` and restarts because of a change",
  },
  HAB_HOOK_FAILED_OPERATION: { read: (record) => record.failedOperation, meaning: "what failed, for `on-error`" },
  HAB_HOOK_DRY_RUN: { read: (record) => (record.dryRun === true ? 1 : undefined), meaning: "`1` in a dry run" },
}

/** The operation an event is a moment of: `pre-start` belongs to `start`. Undefined for what merely happens. */
export function operationOf(event: EventName): string | undefined {
  return /^(?:pre|post)-(create|update|delete|start|stop|restart)$/.exec(event)?.[1]
}

/** The record as the environment of a hook. */
export function recordEnvironment(record: EventRecord): Record<string, string> {
  const values = Object.entries(HOOK_VARIABLES).map(([name, { read }]) => [name, read(record)] as const)
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
}

/** The whole record as the JSON document of `HAB_HOOK_FILE`. */
export function recordJson(record: EventRecord): string {
  const { failedOperation, dryRun, ...same } = record
  const operation = operationOf(record.event)
  return `${JSON.stringify({ ...same, operation, failed_operation: failedOperation, dry_run: dryRun }, null, 2)}\n`
}
