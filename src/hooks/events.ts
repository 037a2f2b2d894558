import { required } from "../base/assert.ts"

/** What an event is about. */
export type SubjectKind = "service" | "package" | "config" | "group" | "supervisor"

/**
 * What a hook's end means to us. `none`: success or failure only. The others answer: a health `status`, an election
 * `number`, whether to `retry` an operation, or the work done `instead-of-restart`.
 */
export type Answer = "none" | "status" | "number" | "retry" | "instead-of-restart"

/** What a failure that is not ignored does to the operation it belongs to. `answer`: the failure is an answer too. */
export type FailureEffect =
  | "prevents"
  | "reported"
  | "start-fails"
  | "refuses"
  | "no-restart"
  | "degrades"
  | "restarts"
  | "ends-operation"
  | "answer"

export type EventRow = Readonly<{
  subjects: readonly SubjectKind[]
  /** When it fires, in one sentence; printed in the reference. */
  fires: string
  /** Default of the option `ignore_errors`; absent where the end of the hook is the answer. */
  ignoreErrors?: boolean
  effect: FailureEffect
  /** The effect in the words of the reference. */
  ifFails: string
  /** Default deadline; 0 is none, with a notice every 60 s that it still runs. */
  timeoutMs: number
  answer: Answer
  /** Names of its scripts in a package's `hooks/`, in the order they run. */
  files: readonly string[]
}>

const OPERATED = ["package", "service", "config", "group"] as const satisfies readonly SubjectKind[]
const RUNNING = ["service", "supervisor"] as const satisfies readonly SubjectKind[]
const SERVICE = ["service"] as const satisfies readonly SubjectKind[]

/** Every event (spec lifecycle §C.2): the one place where its facts are written. A new event is a new row. */
export const EVENTS = {
  "pre-create": {
    subjects: OPERATED,
    fires: "before a package is installed, a service loaded, or a config or group created by `hab apply`",
    ignoreErrors: false,
    effect: "prevents",
    ifFails: "it is not created; the operation fails",
    timeoutMs: 0,
    answer: "none",
    files: ["pre-create"],
  },
  "post-create": {
    subjects: OPERATED,
    fires: "after it was created and that was recorded; a package's `install` hook is this",
    ignoreErrors: false,
    effect: "reported",
    ifFails: "it stays created; the operation is reported failed",
    timeoutMs: 0,
    answer: "none",
    files: ["install", "post-create"],
  },
  "pre-update": {
    subjects: OPERATED,
    fires:
      "before an upgrade or downgrade, a change of the service's spec, or the application of a changed config to it",
    ignoreErrors: false,
    effect: "prevents",
    ifFails: "the old version stays",
    timeoutMs: 0,
    answer: "none",
    files: ["pre-update"],
  },
  "post-update": {
    subjects: OPERATED,
    fires: "after the update was recorded",
    ignoreErrors: false,
    effect: "reported",
    ifFails: "the update stays; the operation is reported failed",
    timeoutMs: 0,
    answer: "none",
    files: ["post-update"],
  },
  "pre-delete": {
    subjects: [...OPERATED, "supervisor"],
    fires: "before a package is uninstalled, a service unloaded, a config removed or the supervisor's state cleaned",
    ignoreErrors: false,
    effect: "prevents",
    ifFails: "it is not deleted, unless `--force` is given",
    timeoutMs: 0,
    answer: "none",
    files: ["uninstall", "pre-delete"],
  },
  "post-delete": {
    subjects: OPERATED,
    fires: "after the deletion was recorded",
    ignoreErrors: false,
    effect: "reported",
    ifFails: "it stays deleted; the operation is reported failed",
    timeoutMs: 0,
    answer: "none",
    files: ["post-delete"],
  },
  "pre-start": {
    subjects: RUNNING,
    fires: "before every start of the service's process; for the supervisor, before its ports open",
    ignoreErrors: false,
    effect: "start-fails",
    ifFails:
      "service: the start failed and is retried with the service's back-off; supervisor: at boot it exits with nothing opened, at “start all” the command fails",
    timeoutMs: 0,
    answer: "none",
    files: ["init", "pre-start"],
  },
  "post-start": {
    subjects: RUNNING,
    fires: "after the service's process was started; for the supervisor, after its startup set is up",
    ignoreErrors: true,
    effect: "start-fails",
    ifFails: "the start counts as failed",
    timeoutMs: 0,
    answer: "none",
    files: ["post-run", "post-start"],
  },
  "pre-stop": {
    subjects: RUNNING,
    fires: "before the stop signal is sent; for the supervisor, when its shutdown begins (within `exit_wait`)",
    ignoreErrors: true,
    effect: "refuses",
    ifFails: "the stop is refused, unless `--force` is given or the supervisor shuts down",
    timeoutMs: 30_000,
    answer: "none",
    files: ["pre-stop"],
  },
  "post-stop": {
    subjects: RUNNING,
    fires: "after nothing of the run is alive; a package's own after every end, others after an end that was asked for",
    ignoreErrors: true,
    effect: "no-restart",
    ifFails: "the service is failed and does not start by itself",
    timeoutMs: 30_000,
    answer: "none",
    files: ["post-stop"],
  },
  "pre-restart": {
    subjects: RUNNING,
    fires: "as the first thing in any restart",
    ignoreErrors: true,
    effect: "refuses",
    ifFails: "the restart is cancelled and the old process keeps running",
    timeoutMs: 0,
    answer: "none",
    files: ["pre-restart"],
  },
  "post-restart": {
    subjects: RUNNING,
    fires: "as the last thing in any restart",
    ignoreErrors: true,
    effect: "degrades",
    ifFails: "the service is degraded",
    timeoutMs: 0,
    answer: "none",
    files: ["post-restart"],
  },
  "post-exit": {
    subjects: SERVICE,
    fires: "after the process ended by itself",
    ignoreErrors: true,
    effect: "no-restart",
    ifFails: "the service does not restart by itself",
    timeoutMs: 30_000,
    answer: "none",
    files: ["post-exit"],
  },
  "post-healthy": {
    subjects: SERVICE,
    fires: "when the service is healthy for the first time, and at each recovery",
    ignoreErrors: true,
    effect: "degrades",
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    answer: "none",
    files: ["post-healthy"],
  },
  "post-unhealthy": {
    subjects: SERVICE,
    fires: "when the service became unhealthy; it ends before any restart that causes",
    ignoreErrors: true,
    effect: "degrades",
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    answer: "none",
    files: ["post-unhealthy"],
  },
  "file-updated": {
    subjects: SERVICE,
    fires: "when a file under `files/` was uploaded or edited while the service runs",
    ignoreErrors: true,
    effect: "degrades",
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    answer: "none",
    files: ["file-updated"],
  },
  reconfigure: {
    subjects: SERVICE,
    fires: "when the config changed and no restart is due; it replaces the restart",
    ignoreErrors: true,
    effect: "restarts",
    ifFails: "the service is restarted after all",
    timeoutMs: 60_000,
    answer: "instead-of-restart",
    files: ["reconfigure"],
  },
  "health-check": {
    subjects: SERVICE,
    fires: "every interval (30 s; the second check after a random part of it)",
    effect: "answer",
    ifFails: "exit code 0 is ok, 1 warning, 2 critical, 3 unknown; any other end is a failed check",
    timeoutMs: 30_000,
    answer: "status",
    files: ["health-check"],
  },
  suitability: {
    subjects: SERVICE,
    fires: "when a leader is elected; the last line printed is the candidate's rank",
    effect: "answer",
    ifFails: "the candidate's rank is 0",
    timeoutMs: 5_000,
    answer: "number",
    files: ["suitability"],
  },
  "on-error": {
    subjects: OPERATED,
    fires: "when a create, update or delete (or a start that is waited for) failed; exit code 0 asks for a retry",
    effect: "ends-operation",
    ifFails: "the operation is not tried again",
    timeoutMs: 0,
    answer: "retry",
    files: ["on-error"],
  },
  run: {
    subjects: SERVICE,
    fires: "when the service starts: it is the service's process",
    effect: "answer",
    ifFails: "any end is handled by the restart policy",
    timeoutMs: 0,
    answer: "none",
    files: ["run"],
  },
} as const satisfies Record<string, EventRow>

export type EventName = keyof typeof EVENTS

/** The facts of one event. */
export function eventRow(event: EventName): EventRow {
  return EVENTS[event]
}

/** True for the canonical spelling of an event. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(EVENTS, name)
}

/** A file name looked up in a package's `hooks/`. */
export type HookFile = (typeof EVENTS)[EventName]["files"][number]

/** Every file name looked up in a package's `hooks/`, in the order of the table. */
export const HOOK_FILES: readonly HookFile[] = Object.values(EVENTS).flatMap((row): readonly HookFile[] => row.files)

/** Package hooks whose changed text restarts the service, whatever else changed (spec supervisor §2.6, decisions 14). */
export const RESTARTING_HOOKS = ["init", "run", "post-run"] as const satisfies readonly HookFile[]

/** The event a file in `hooks/` belongs to. */
export function eventOfFile(file: HookFile): EventName {
  const names = Object.keys(EVENTS).filter(isEventName)
  return required(
    names.find((name) => eventRow(name).files.includes(file)),
    `the event of hooks/${file}`,
  )
}
