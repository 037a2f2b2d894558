import type { ExitStatus } from "../base/exit-status.ts"
import type { MessageChannel } from "./message-channel.ts"

export type StreamName = "stdout" | "stderr"

/** An account to become, with its supplementary groups. */
export type RunAs = Readonly<{ name: string; uid: number; gid: number }>

/** Limits of the operating system (decisions G); what is absent stays as the operator had it. */
export type ProcessLimits = Readonly<{
  openFiles?: number
  /** Address space, rounded down to KiB. */
  memoryBytes?: number
  cpuSeconds?: number
}>

/** A command to start as a process group of its own: its pid is its group's id and its session's. */
export type GroupCommand = Readonly<{
  /** Names its output streams. One command of a label runs at a time on a pair of FIFOs; the next one reuses them. */
  label: string
  /**
   * What it belongs to, exported as HAB_RUN_ID. Ids are paths: `r1/4` is itself and also part of the run `r1`, so a
   * hook can be ended alone, and goes with its run.
   */
  runId: string
  argv: readonly [string, ...string[]]
  /** Exactly these variables, and HAB_RUN_ID. */
  env: Readonly<Record<string, string>>
  /** As the command sees it (`/hab/svc/x`). Default: the caller's. */
  cwd?: string
  /** Needs the privilege; the caller's own account is no switch. */
  user?: RunAs
  /** `pipe`: held open by us, written through `ProcessGroup.writeInput`. Default: /dev/null. */
  stdin?: "null" | "pipe"
  umask?: number
  limits?: ProcessLimits
  /** False: the command sees the host's tree and not the enclosure (our own supervisor). */
  enclosed?: boolean
  /** Opens a message channel to the command (Node's IPC): `ProcessGroup.channel`. */
  channel?: boolean
}>

/** What stays the same while a process lives, and differs for the next one with its pid. */
export type ProcessIdentity = Readonly<{ pid: number; startTime: string; bootId: string }>

/** Where a command's streams can be found again by the launcher's successor, as host paths. */
export type StreamPaths = Readonly<{ stdout: string; stderr: string; stdin?: string }>

/** `bytes` may be overwritten once the call returned: copy what you keep. */
export type OnOutput = (stream: StreamName, bytes: Uint8Array) => void

export interface ProcessGroup {
  /** 0 when it was never started; `exited` says why. */
  readonly pid: number
  /** How the first process ended; all it had printed by then has been delivered. */
  readonly exited: Promise<ExitStatus>
  /** To the group, and to processes of its run id that left the group. Nobody there is no failure. */
  signal(signal: string): void
  /**
   * Resolves when no process of the group and none carrying its run id is left (decisions F). Reading it starts the
   * watch, which costs a look at the process table every 5 ms.
   */
  readonly gone: Promise<void>
}

/** Starts commands that live on their own streams and can be ended whole (decisions D, F, G). */
export interface ProcessGroups {
  /** Never rejects for what the command is: failing to start is an exit status. */
  start(command: GroupCommand, onOutput: OnOutput): Promise<ProcessGroup>
}

/** A group as its parent sees it. */
export interface OwnedGroup extends ProcessGroup {
  /** Undefined when it was never started. */
  readonly identity: ProcessIdentity | undefined
  readonly streams: StreamPaths | undefined
  /** Present when the command asked for one. */
  readonly channel?: MessageChannel
  /** For `stdin: "pipe"`; the command reads it when it likes. False when it is closed, or full with 64 KiB unread. */
  writeInput(bytes: Uint8Array): boolean
  closeInput(): void
}

/** A process left by a dead launcher. */
export type LeftProcess = Readonly<{
  label: string
  runId: string
  identity: ProcessIdentity
  streams: StreamPaths | undefined
}>

/** What the launcher can do besides: runs as a whole, and processes a dead launcher left. */
export interface RunGroups extends ProcessGroups {
  start(command: GroupCommand, onOutput: OnOutput): Promise<OwnedGroup>
  /** Says that processes which were there before us may belong to any run. */
  inherit(): void
  /**
   * Takes over a process that is not our child, before the first start. Its streams are reopened; its end is noticed within a second and its
   * status is unknown. Undefined when that very process is gone.
   */
  adopt(process: LeftProcess, onOutput: OnOutput): OwnedGroup | undefined
  /** To every process of the run: groups started or adopted here, and strays found by HAB_RUN_ID. */
  signalRun(runId: string, signal: string): void
  /** Resolves when nothing of the run is left. State Z counts as gone. */
  emptied(runId: string): Promise<void>
  /** True when nothing of the run is left; false as well when that takes a longer look. */
  isEmpty(runId: string): boolean
  /** Removes every FIFO; nothing may be running on them. */
  close(): void
}

/** Where the groups of one root live. */
export type GroupsPlace = Readonly<{
  /** The filesystem root, `/` or another folder whose `hab` directory commands see as `/hab` (decisions A). */
  root: string
  /** Host path of the `hab` directory. */
  hab: string
  /** Created, and removed by `close`. */
  fifoDirectory: string
}>
