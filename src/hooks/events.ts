import { required } from "../base/assert.ts"

/** What an event is about. */
export type SubjectKind = "service" | "package" | "config" | "group" | "supervisor"

export type EventRow = Readonly<{
  subjects: readonly SubjectKind[]
  /** When it fires, in one sentence; printed in the reference. */
  fires: string
  /** Default of the option `ignore_errors`; absent where the end of the hook is the answer. */
  ignoreErrors?: boolean
  /** What a failure that is not ignored does to the operation, in the words of the reference. */
  ifFails: string
  /** Default deadline; 0 is none, with a notice every 60 s that it still runs. */
  timeoutMs: number
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
    ifFails: "it is not created; the operation fails",
    timeoutMs: 0,
    files: ["pre-create"],
  },
  "post-create": {
    subjects: OPERATED,
    fires: "after it was created and that was recorded; a package's `install` hook is this",
    ignoreErrors: false,
    ifFails: "it stays created; the operation is reported failed",
    timeoutMs: 0,
    files: ["install", "post-create"],
  },
  "pre-update": {
    subjects: OPERATED,
    fires:
      "before an upgrade or downgrade, a change of the service's spec, or the application of a changed config to it",
    ignoreErrors: false,
    ifFails: "the old version stays",
    timeoutMs: 0,
    files: ["pre-update"],
  },
  "post-update": {
    subjects: OPERATED,
    fires: "after the update was recorded",
    ignoreErrors: false,
    ifFails: "the update stays; the operation is reported failed",
    timeoutMs: 0,
    files: ["post-update"],
  },
  "pre-delete": {
    subjects: [...OPERATED, "supervisor"],
    fires: "before a package is uninstalled, a service unloaded, a config removed or the supervisor's state cleaned",
    ignoreErrors: false,
    ifFails: "it is not deleted, unless `--force` is given",
    timeoutMs: 0,
    files: ["uninstall", "pre-delete"],
  },
  "post-delete": {
    subjects: OPERATED,
    fires: "after the deletion was recorded",
    ignoreErrors: false,
    ifFails: "it stays deleted; the operation is reported failed",
    timeoutMs: 0,
    files: ["post-delete"],
  },
  "pre-start": {
    subjects: RUNNING,
    fires: "before every start of the service's process; for the supervisor, before its ports open",
    ignoreErrors: false,
    ifFails:
      "service: the start failed and is retried with the service's back-off; supervisor: at boot it exits with nothing opened, at “start all” the command fails",
    timeoutMs: 0,
    files: ["init", "pre-start"],
  },
  "post-start": {
    subjects: RUNNING,
    fires: "after the service's process was started; for the supervisor, after its startup set is up",
    ignoreErrors: true,
    ifFails: "the start counts as failed",
    timeoutMs: 0,
    files: ["post-run", "post-start"],
  },
  "pre-stop": {
    subjects: RUNNING,
    fires: "before the stop signal is sent; for the supervisor, when its shutdown begins (within `exit_wait`)",
    ignoreErrors: true,
    ifFails: "the stop is refused, unless `--force` is given or the supervisor shuts down",
    timeoutMs: 30_000,
    files: ["pre-stop"],
  },
  "post-stop": {
    subjects: RUNNING,
    fires: "after nothing of the run is alive; a package's own after every end, others after an end that was asked for",
    ignoreErrors: true,
    ifFails: "the service is failed and does not start by itself",
    timeoutMs: 30_000,
    files: ["post-stop"],
  },
  "pre-restart": {
    subjects: RUNNING,
    fires: "as the first thing in any restart",
    ignoreErrors: true,
    ifFails: "the restart is cancelled and the old process keeps running",
    timeoutMs: 0,
    files: ["pre-restart"],
  },
  "post-restart": {
    subjects: RUNNING,
    fires: "as the last thing in any restart",
    ignoreErrors: true,
    ifFails: "the service is degraded",
    timeoutMs: 0,
    files: ["post-restart"],
  },
  "post-exit": {
    subjects: SERVICE,
    fires: "after the process ended by itself",
    ignoreErrors: true,
    ifFails: "the service does not restart by itself",
    timeoutMs: 30_000,
    files: ["post-exit"],
  },
  "post-healthy": {
    subjects: SERVICE,
    fires: "when the service is healthy for the first time, and at each recovery",
    ignoreErrors: true,
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    files: ["post-healthy"],
  },
  "post-unhealthy": {
    subjects: SERVICE,
    fires: "when the service became unhealthy; it ends before any restart that causes",
    ignoreErrors: true,
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    files: ["post-unhealthy"],
  },
  "file-updated": {
    subjects: SERVICE,
    fires: "when a file under `files/` was uploaded or edited while the service runs",
    ignoreErrors: true,
    ifFails: "the service is degraded",
    timeoutMs: 60_000,
    files: ["file-updated"],
  },
  reconfigure: {
    subjects: SERVICE,
    fires: "when the config changed and no restart is due; it replaces the restart",
    ignoreErrors: true,
    ifFails: "the service is restarted after all",
    timeoutMs: 60_000,
    files: ["reconfigure"],
  },
  "health-check": {
    subjects: SERVICE,
    fires: "every interval (30 s; the second check after a random part of it)",
    ifFails: "exit code 0 is ok, 1 warning, 2 critical, 3 unknown; any other end is a failed check",
    timeoutMs: 30_000,
    files: ["health-check"],
  },
  suitability: {
    subjects: SERVICE,
    fires: "when a leader is elected; the last line printed is the candidate's rank",
    ifFails: "the candidate's rank is 0",
    timeoutMs: 5_000,
    files: ["suitability"],
  },
  "on-error": {
    subjects: OPERATED,
    fires: "when a create, update or delete (or a start that is waited for) failed; exit code 0 asks for a retry",
    ifFails: "the operation is not tried again",
    timeoutMs: 0,
    files: ["on-error"],
  },
  run: {
    subjects: SERVICE,
    fires: "when the service starts: it is the service's process",
    ifFails: "any end is handled by the restart policy",
    timeoutMs: 0,
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
