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

/** The variables of the record; those without a value are not set. */
const VARIABLES = {
  HAB_HOOK_EVENT: (record) => record.event,
  HAB_HOOK_OPERATION: (record) => operationOf(record.event),
  HAB_HOOK_REASON: (record) => record.reason,
  HAB_HOOK_SUBJECT: (record) => record.subject.kind,
  HAB_HOOK_SERVICE: (record) => record.subject.name,
  HAB_HOOK_IDENT: (record) => record.subject.ident,
  HAB_HOOK_GROUP: (record) => record.subject.group,
  HAB_HOOK_PID: (record) => record.pid,
  HAB_HOOK_EXIT_CODE: (record) => record.exit?.code,
  HAB_HOOK_SIGNAL: (record) => record.exit?.signal,
  HAB_HOOK_HEALTH_OLD: (record) => record.health?.old,
  HAB_HOOK_HEALTH_NEW: (record) => record.health?.new,
  HAB_HOOK_RESTARTS: (record) => record.restarts,
  HAB_HOOK_ATTEMPT: (record) => record.attempt,
  HAB_HOOK_CHANGED: (record) => record.changed?.length,
  HAB_HOOK_FAILED_OPERATION: (record) => record.failedOperation,
  HAB_HOOK_DRY_RUN: (record) => (record.dryRun === true ? 1 : undefined),
} as const satisfies Record<string, (record: EventRecord) => string | number | undefined>

/** The operation an event is a moment of: `pre-start` belongs to `start`. Undefined for what merely happens. */
export function operationOf(event: EventName): string | undefined {
  return /^(?:pre|post)-(create|update|delete|start|stop|restart)$/.exec(event)?.[1]
}

/** The record as the environment of a hook. */
export function recordEnvironment(record: EventRecord): Record<string, string> {
  const values = Object.entries(VARIABLES).map(([name, read]) => [name, read(record)] as const)
  return Object.fromEntries(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))
}

/** The whole record as the JSON document of `HAB_HOOK_FILE`. */
export function recordJson(record: EventRecord): string {
  const { failedOperation, dryRun, ...same } = record
  const operation = operationOf(record.event)
  return `${JSON.stringify({ ...same, operation, failed_operation: failedOperation, dry_run: dryRun }, null, 2)}\n`
}
