import { describeSystemError } from "../base/describe-system-error.ts"
import type { Layout } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { Clock } from "../ports/clock.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ProcessGroups, StreamName } from "../ports/process-group.ts"
import { checkScript } from "./check-script.ts"
import { type EventFiles, writeEventFile } from "./event-file.ts"
import { executeHook, type HookIdentity, type HookReport, type HookWork, notStarted } from "./execute.ts"
import { openHookLog } from "./hook-log.ts"
import type { EventRecord } from "./record.ts"

/** What running hooks takes from the machine and from whoever prints. */
export type HookContext = Readonly<{
  groups: ProcessGroups
  clock: Clock
  files: EventFiles & Pick<FileSystem, "stat" | "readText" | "createExclusively">
  layout: Layout
  report: Report
  /** Bytes of stdout kept in reports (`HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT`); see `keepBytesOf`. */
  keepBytes?: number
  /** The process groups print and log what hooks say by themselves: the launcher does. Default: we do. */
  relayed?: boolean
  /** Told of every run of a hook as it ends. */
  onReport?: (report: HookReport) => void
}>

/** One hook to run once. */
export type HookTask = Readonly<{
  hook: HookIdentity
  command: HookWork
  /** 0: no deadline. */
  timeoutMs: number
  /** Printed in front of each line: `redis.default`, or the package's name. */
  speaker: string
  /** Host path of the directory its two logs are written to. */
  logs: string
  /** What it is told; with `records`, a host directory, also as a file there while it runs: `HAB_HOOK_FILE`. */
  record?: EventRecord
  records?: string
  signal?: AbortSignal
}>

/**
 * Runs one script hook: the function every path that runs a hook goes through (spec lifecycle §C.9, 1). Prints its
 * lines, keeps them in its logs (unless they are relayed), and reports how it ended; never rejects for what the hook does.
 */
export async function runHook(context: HookContext, task: HookTask): Promise<HookReport> {
  const report = await runOnce(context, task)
  context.onReport?.(report)
  return report
}

async function runOnce(context: HookContext, task: HookTask): Promise<HookReport> {
  const { hook } = task
  const source = `${task.speaker} hook[${hook.name}]:(HK)`
  const isRelayed = context.relayed === true && typeof task.command !== "function"
  const output = isRelayed ? undefined : showOutput(context, task, source)
  const problem = problemOf(context, task)
  const told = writeEventFile(context, task)
  try {
    if (problem !== undefined) return notStarted(hook, problem)
    return await executeHook(context, {
      hook,
      command: told.command,
      timeoutMs: task.timeoutMs,
      ...output?.listeners,
      onStillRunning: (elapsedMs) =>
        context.report({ tag: "note", text: `${source}: still running after ${Math.round(elapsedMs / 1000)} s` }),
      ...(task.signal === undefined ? {} : { signal: task.signal }),
      ...(context.keepBytes === undefined ? {} : { keepBytes: context.keepBytes }),
    })
  } finally {
    told.remove()
    output?.close()
  }
}

function problemOf(context: HookContext, { hook, command }: HookTask): string | undefined {
  if (hook.script === false || typeof command === "function") return undefined
  return checkScript(context, { script: hook.path, ...(command.cwd === undefined ? {} : { cwd: command.cwd }) })
}

/** Prints each line and writes the hook's logs anew. */
function showOutput(context: HookContext, task: HookTask, source: string) {
  const log = openHookLog(context, { directory: task.logs, hook: task.hook.name }, (error) =>
    context.report({ tag: "warning", text: `${source}: its output is not logged: ${describeSystemError(error)}` }),
  )
  const onLine = (stream: StreamName, line: string) => context.report({ tag: "output", source, stream, line })
  return { listeners: { onLine, onBytes: log.write }, close: log.close }
}

/** The value of HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT, or 1024 when it is unset or no number. */
export function keepBytesOf(env: Readonly<Record<string, string>>): number {
  const text = env["HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT"] ?? ""
  return /^\d+$/.test(text) ? Number(text) : 1024
}
