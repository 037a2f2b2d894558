import type { AppendFiles } from "../../ports/append-file.ts"
import type { Clock } from "../../ports/clock.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { MessageChannel } from "../../ports/message-channel.ts"
import type { OutputSink } from "../../ports/output-sink.ts"
import type { OwnedGroup, RunGroups } from "../../ports/process-group.ts"
import type { ServiceManager } from "../../ports/service-manager.ts"
import type { Signals } from "../../ports/signals.ts"
import { type ConsoleStyle, formatLine } from "../console/line.ts"
import { logPath, SUPERVISOR_LOG } from "../logs/log-names.ts"
import { createConsoleQueue } from "./console-queue.ts"
import type { LogFile } from "./log-file.ts"
import { type Consoles, createLogs, type Logs } from "./output.ts"
import { createOutputCopies, type OutputCopies } from "./output-copies.ts"
import { createProcessRecords, type ProcessRecords } from "./process-record.ts"
import type { FromLauncher } from "./protocol.ts"
import { createRunTable, type RunTable } from "./run-table.ts"

/** What the launcher needs of the machine. */
export type LauncherPorts = Readonly<{
  clock: Clock
  files: FileSystem
  groups: RunGroups
  appendFiles: AppendFiles
  stdout: OutputSink
  stderr: OutputSink
  signals: Signals
  /** Absent when nobody waits to hear that we are ready. */
  serviceManager?: ServiceManager
  pid: number
}>

/** The supervisor that is connected now. */
export type Peer = Readonly<{ group: OwnedGroup; channel: MessageChannel }>

/** Everything the parts of the launcher share; only `peer` and `closing` change. */
export type LauncherContext = {
  readonly ports: LauncherPorts
  /** Of hab. */
  readonly version: string
  readonly consoles: Consoles
  readonly logs: Logs
  /** What the supervisor and we say ourselves. */
  readonly ownLog: LogFile
  readonly records: ProcessRecords
  readonly table: RunTable
  readonly copies: OutputCopies
  /** First parts of HAB_RUN_ID of everything alive: our own, and those of dead launchers whose processes we adopted. */
  readonly instances: Set<string>
  readonly ownInstance: string
  /** Spawns under way, which must be over before anything can be called ended. */
  readonly starting: Set<Promise<void>>
  peer: Peer | undefined
  /** Nothing is started any more. */
  /** When it began, on the monotonic clock. */
  readonly startedMonotonicMs: number
  closing: boolean
}

/** A launcher that has done nothing yet. */
export function createContext(
  options: Readonly<{ ports: LauncherPorts; version: string; processes: string; logs: string; console: ConsoleStyle }>,
): LauncherContext {
  const { ports } = options
  const logs = createLogs(ports)
  const ownInstance = `${ports.clock.now().toString(36)}-${ports.pid}`
  return {
    ports,
    version: options.version,
    consoles: {
      stdout: createConsoleQueue(ports.stdout),
      stderr: createConsoleQueue(ports.stderr),
      style: options.console,
    },
    logs,
    ownLog: logs.open(logPath(options.logs, SUPERVISOR_LOG, "stdout"), "rotated"),
    records: createProcessRecords(ports.files, options.processes),
    table: createRunTable(),
    copies: createOutputCopies(),
    instances: new Set([ownInstance]),
    ownInstance,
    starting: new Set(),
    startedMonotonicMs: ports.clock.monotonicMs(),
    peer: undefined,
    closing: false,
  }
}

/** Tells the supervisor, if there is one; a later one learns it from the snapshot. */
export function tell(context: LauncherContext, message: FromLauncher): void {
  context.peer?.channel.send(message)
}

/** Prints a line of our own: `hab-launch(SV): …`. */
export function say(context: LauncherContext, text: string): void {
  const { stdout, style } = context.consoles
  const encoded = (line: string) => new TextEncoder().encode(`${line}\n`)
  const source = { preamble: "hab-launch", key: "SV", program: true }
  stdout.write(encoded(formatLine(style, source, text)))
  context.ownLog.append(encoded(formatLine({ ...style, color: false }, source, text)))
}
