import type { ExitStatus } from "../../base/exit-status.ts"
import type { GroupCommand, OnOutput, ProcessGroup, ProcessGroups, StreamName } from "../../ports/process-group.ts"
import type { LauncherClient, ProcessExit } from "./client.ts"
import { summaryBytes } from "./output-summary.ts"
import type { OutputPlan, OutputSummary, ProcessKind, ProcessRequest } from "./protocol.ts"

/** What the launcher must know of a process besides its command. */
export type ProcessPlace = Readonly<{ kind: ProcessKind; service: string; hook?: string; output: OutputPlan }>

/** Exits by process id; the supervisor's handler hands them in here first. */
export type ExitInbox = Readonly<{
  /** Resolves with the end of that process; acknowledged by the caller. */
  next(id: string): Promise<ProcessExit>
  /** True when somebody waited for it. */
  deliver(exit: ProcessExit): boolean
}>

/** An inbox in which every exit reaches the one who waits for that id. */
export function createExitInbox(): ExitInbox {
  const waiting = new Map<string, (exit: ProcessExit) => void>()
  return {
    next: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    deliver(exit) {
      const resolve = waiting.get(exit.id)
      waiting.delete(exit.id)
      resolve?.(exit)
      return resolve !== undefined
    },
  }
}

/**
 * Process groups started by the launcher, for code that runs hooks anywhere (`executeHook`). `onOutput` is called once
 * per stream, before `exited` resolves, with the summary the launcher kept: it prints and logs the rest itself.
 * Exits are acknowledged. The id of a process is its run id, which therefore must be unique.
 */
export function launcherGroups(client: LauncherClient, inbox: ExitInbox, place: ProcessPlace): ProcessGroups {
  return {
    async start(command, onOutput): Promise<ProcessGroup> {
      const request = requestOf(command, place)
      const end = inbox.next(request.id)
      const result = await client.spawn(request)
      if (result.tag === "not-started")
        inbox.deliver({ id: request.id, status: { tag: "not-started", cause: result.cause } })
      const exited = end.then((exit): ExitStatus => {
        deliverOutput(exit.output, onOutput)
        client.acknowledge(exit.id)
        return exit.status
      })
      return groupOf(client, command.runId, result.tag === "started" ? result.pid : 0, exited)
    },
  }
}

function groupOf(client: LauncherClient, runId: string, pid: number, exited: Promise<ExitStatus>): ProcessGroup {
  let gone: Promise<void> | undefined
  return {
    pid,
    exited,
    signal: (signal) => client.signal(runId, signal),
    get gone() {
      gone ??= client.emptied(runId)
      return gone
    },
  }
}

function requestOf(command: GroupCommand, { kind, service, hook, output }: ProcessPlace): ProcessRequest {
  const { channel: _channel, ...rest } = command
  return { ...rest, id: command.runId, kind, service, ...(hook === undefined ? {} : { hook }), output }
}

function deliverOutput(summary: OutputSummary | undefined, onOutput: OnOutput): void {
  if (summary === undefined) return
  for (const stream of ["stdout", "stderr"] as const satisfies readonly StreamName[]) {
    const bytes = summaryBytes(summary[stream])
    if (bytes.length > 0) onOutput(stream, bytes)
  }
}
