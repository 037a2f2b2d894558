import type { ExitStatus } from "../../base/exit-status.ts"
import type { GroupCommand } from "../../ports/process-group.ts"
import type { ConsoleStyle } from "../console/line.ts"

/** Raised when a message changes its meaning. New messages and new optional fields do not raise it. */
export const PROTOCOL_VERSION = 1

/** The oldest launcher this supervisor works with: supervisor N works with launcher N−1 (decisions C). */
export const PROTOCOL_OLDEST = 1

/** What a process is to the supervisor; the launcher only tells runs in its lines. */
export type ProcessKind = "run" | "hook" | "tool"

/** Where a process' output goes besides the supervisor. */
export type OutputPlan = Readonly<{
  /** In front of each console line: `redis.default`, `redis.default hook[init]:`. */
  preamble: string
  /** `run`: (O) to our stdout, (E) to our stderr. `hook`: (HK) to our stdout. */
  lines: "run" | "hook"
  /** `<directory>/<name>.{stdout,stderr}.log`, a host path. `rotated`: appended to; `replaced`: emptied first. */
  log?: Readonly<{ directory: string; name: string; keep: "rotated" | "replaced" }>
  /** How much of the beginning of each stream comes with the exit; 0 for nothing. */
  headBytes: number
}>

/** A process the supervisor wants. `id` is the supervisor's and unique while the launcher remembers it. */
export type ProcessRequest = GroupCommand &
  Readonly<{
    id: string
    kind: ProcessKind
    service: string
    /** Name of the hook, for hooks. */
    hook?: string
    output: OutputPlan
  }>

/** Beginning and end of a stream, base64; `dropped` bytes between them are not kept. */
export type StreamSummary = Readonly<{ head: string; tail: string; dropped: number }>
export type OutputSummary = Readonly<{ stdout: StreamSummary; stderr: StreamSummary }>

/** A process as the launcher remembers it, until its exit is acknowledged. */
export type ProcessState = Readonly<{
  id: string
  kind: ProcessKind
  service: string
  hook?: string
  runId: string
  pid: number
  /** Milliseconds since the epoch. */
  startedMs: number
  /** On the monotonic clock, which all processes of one boot share. */
  startedMonotonicMs?: number
  /** Not our child: a dead launcher started it, so its exit status will be unknown. */
  adopted: boolean
  /** Present once it ended. */
  status?: ExitStatus
  output?: OutputSummary
}>

/** From the launcher. `hello` comes first. */
export type FromLauncher =
  | Readonly<{
      tag: "hello"
      protocol: number
      /** Of hab. */
      version: string
      pid: number
      /** When it began, on the monotonic clock. */
      startedMonotonicMs?: number
      console: ConsoleStyle
      processes: readonly ProcessState[]
      /** True after a crash, an upgrade or a reload: this is not the first supervisor of this launcher. */
      respawned: boolean
    }>
  | Readonly<{ tag: "started"; request: number; pid: number; startedMs: number }>
  | Readonly<{ tag: "not-started"; request: number; cause: string }>
  /** `empty`: the process of a run, of which nothing is left; nobody has to ask. */
  | Readonly<{ tag: "exited"; id: string; status: ExitStatus; output?: OutputSummary; empty?: boolean }>
  | Readonly<{ tag: "emptied"; runId: string }>
  /** Said by a process with a channel. */
  | Readonly<{ tag: "message"; id: string; message: unknown }>
  /** Stop every service, then say `shutdown-done` and exit. `forced`: asked for a second time. */
  | Readonly<{ tag: "shutdown"; forced: boolean }>
  /** Exit 0 and leave the services running. */
  | Readonly<{ tag: "reload" }>

/** From the supervisor. */
export type ToLauncher =
  /** Everything is open: from now on its end is no failed start. */
  | Readonly<{ tag: "ready"; protocol: number }>
  | Readonly<{ tag: "spawn"; request: number; process: ProcessRequest }>
  /** To everything of the run, or of the part of it. */
  | Readonly<{ tag: "signal"; runId: string; signal: string }>
  /** Answered by one `emptied` when nothing of the run is left. */
  | Readonly<{ tag: "watch-empty"; runId: string }>
  /** The exit was taken notice of and may be forgotten. */
  | Readonly<{ tag: "acknowledge"; id: string }>
  /** Base64, for processes with `stdin: "pipe"`. */
  | Readonly<{ tag: "write-input"; id: string; bytes: string }>
  | Readonly<{ tag: "close-input"; id: string }>
  /** To a process with a channel. */
  | Readonly<{ tag: "send"; id: string; message: object }>
  /** Copies what a process with `stdin: "pipe"` printed and prints to one with a channel, as `output` messages. */
  | Readonly<{ tag: "copy-output"; from: string; to: string }>
  | Readonly<{ tag: "shutdown-done" }>
  /** End everything, as at SIGTERM, and exit with this code. */
  | Readonly<{ tag: "end"; exitCode: number }>

/** Exit codes with which the supervisor tells the launcher what to do (spec supervisor §8.1). */
export const SUPERVISOR_EXIT = {
  /** Stop every service and exit 0. */
  stopNoFailure: 84,
  /** Stop every service and exit with this code. */
  permanentFailure: 86,
} as const
