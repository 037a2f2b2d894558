import type { ExitStatus } from "../base/exit-status.ts"

/** A process that is started as the leader of a group of its own. */
export type GroupCommand = Readonly<{
  /** What messages and log lines call it. */
  label: string
  /** Put into the environment as `HAB_RUN_ID`: finds what left the group (decisions F). */
  runId: string
  /** Executed directly, without a shell. */
  argv: readonly [string, ...string[]]
  /** Exactly these variables; nothing is inherited. */
  env: Readonly<Record<string, string>>
  /** Directory to start in. Default: the starter's. */
  cwd?: string
  /** Whom to run as, with the user's supplementary groups. Default: the starter. */
  user?: Readonly<{ name: string; uid: number; gid: number }>
  /** Default: `null`, which is /dev/null. */
  stdin?: "null" | "pipe"
  umask?: number
}>

/** A started group. */
export interface ProcessGroup {
  readonly pid: number
  /** Resolves when the leader ended and what it printed was delivered. Never rejects. */
  readonly exited: Promise<ExitStatus>
  /** Resolves when no process of the group and none carrying its `HAB_RUN_ID` is left (decisions F). Never rejects. */
  readonly gone: Promise<void>
  /** Sends to the whole group; nothing happens when it is gone. */
  signal(signal: string): void
}

/** Starts processes whose whole offspring can be ended. */
export interface ProcessGroups {
  /** Rejects when the process cannot be started at all (missing file, directory or user). */
  start(
    command: GroupCommand,
    onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void,
  ): Promise<ProcessGroup>
}
