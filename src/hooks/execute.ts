import { Buffer } from "node:buffer"
import { type ExitStatus, succeeded } from "../base/exit-status.ts"
import { splitLines } from "../base/lines.ts"
import { type Clock, wait } from "../ports/clock.ts"
import type { GroupCommand, OnOutput, ProcessGroup, ProcessGroups, StreamName } from "../ports/process-group.ts"
import type { EventName } from "./events.ts"

const KEEP_BYTES = 1024
const KILL_AFTER_MS = 5_000
const STILL_RUNNING_EVERY_MS = 60_000
const CANCELLED = { tag: "cancelled" } as const satisfies HookOutcome

/** Which hook: its event, the name its author gave it, and what runs: its script (as the hook's process sees it) or line. */
export type HookIdentity = Readonly<{
  event: EventName
  name: string
  path: string
  /** `path` is a script, to be looked at before it runs. Default: it is. */
  script?: boolean
}>

/** A hook that is no process of its own, as if it were one: to end its group ends it. */
export type HookCall = (onOutput: OnOutput) => Promise<ProcessGroup>

/** What a hook does when it runs. */
export type HookWork = GroupCommand | HookCall

/** A hook that cannot run: it fails before it begins, and `cause` says why. */
export function refusedWork(cause: string): HookCall {
  const exited = Promise.resolve({ tag: "not-started", cause } as const)
  return async () => ({ pid: 0, exited, gone: Promise.resolve(), signal: () => undefined })
}

/** How a hook ended. What ended it first counts: a hook that exits after its deadline was timed out. */
export type HookOutcome =
  | { readonly tag: "succeeded" }
  | { readonly tag: "failed"; readonly status: ExitStatus }
  | { readonly tag: "timed-out"; readonly afterMs: number }
  | { readonly tag: "cancelled" }

/** Everything one run of a hook left. Success and failure have the same shape. */
export type HookReport = Readonly<{
  event: EventName
  /** The name its author gave it: `init`, `pre-start`. */
  hook: string
  path: string
  outcome: HookOutcome
  elapsedMs: number
  /** The beginning of stdout, at most `keepBytes` (1 KiB). */
  firstOutput: string
  /** The last line of stdout that is not empty. */
  lastLine: string
}>

export type HookRun = Readonly<{
  hook: HookIdentity
  command: HookWork
  /** 0: no deadline. */
  timeoutMs: number
  /** Every line as it is printed, line feed removed. */
  onLine?: (stream: StreamName, line: string) => void
  /** Every chunk as it is printed, valid during the call only: what a log file keeps. */
  onBytes?: (stream: StreamName, bytes: Uint8Array) => void
  /** Told once a minute that a hook without deadline still runs. */
  onStillRunning?: (elapsedMs: number) => void
  /** Cancels the hook: its group is ended like at a deadline. */
  signal?: AbortSignal
  /** How much of stdout the report keeps (`HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT`). Default 1024. */
  keepBytes?: number
}>

/**
 * Runs one hook in one process group with one deadline (spec lifecycle §C.9, 2 to 5). Whatever the hook does is a
 * report; rejects only when processes cannot be started at all any more (the launcher is lost).
 */
export async function executeHook(
  { groups, clock }: Readonly<{ groups: ProcessGroups; clock: Clock }>,
  run: HookRun,
): Promise<HookReport> {
  const startedMs = clock.monotonicMs()
  const output = captureOutput(run)
  const outcome = run.signal?.aborted ? CANCELLED : await runGroup({ groups, clock }, run, output.take)
  return {
    event: run.hook.event,
    hook: run.hook.name,
    path: run.hook.path,
    outcome,
    elapsedMs: clock.monotonicMs() - startedMs,
    ...output.finish(),
  }
}

/** The report of a hook we know cannot be started. */
export function notStarted(hook: HookIdentity, cause: string): HookReport {
  const outcome = { tag: "failed", status: { tag: "not-started", cause } } as const
  return { event: hook.event, hook: hook.name, path: hook.path, outcome, elapsedMs: 0, firstOutput: "", lastLine: "" }
}

async function runGroup(
  { groups, clock }: Readonly<{ groups: ProcessGroups; clock: Clock }>,
  run: HookRun,
  onOutput: OnOutput,
): Promise<HookOutcome> {
  const { command } = run
  const group = await (typeof command === "function" ? command(onOutput) : groups.start(command, onOutput))
  const settled = new AbortController()
  if (run.timeoutMs === 0) void noticeStillRunning(clock, run, settled.signal)
  // The first cause wins: a hook that exits because its deadline passed was timed out.
  const outcome = await Promise.race([
    group.exited.then(outcomeOf),
    overdue(clock, run.timeoutMs, settled.signal),
    cancelled(run.signal, settled.signal),
  ])
  settled.abort()
  if (outcome.tag === "timed-out" || outcome.tag === "cancelled") await endGroup(clock, group)
  return outcome
}

/** Asks the group to end, and makes it end after 5 s. Waits no longer than 5 s more: no hook can hang its caller. */
async function endGroup(clock: Clock, group: ProcessGroup): Promise<void> {
  const done = new AbortController()
  const gone = Promise.all([group.exited, group.gone]).then(() => "gone" as const)
  const grace = () => wait(clock, KILL_AFTER_MS, done.signal).then(() => "still there" as const)
  group.signal("SIGTERM")
  if ((await Promise.race([gone, grace()])) === "still there") {
    group.signal("SIGKILL")
    await Promise.race([gone, grace()])
  }
  done.abort()
}

function outcomeOf(status: ExitStatus): HookOutcome {
  return succeeded(status) ? { tag: "succeeded" } : { tag: "failed", status }
}

async function overdue(clock: Clock, timeoutMs: number, settled: AbortSignal): Promise<HookOutcome> {
  await (timeoutMs === 0 ? firstAbort(settled) : wait(clock, timeoutMs, settled))
  return { tag: "timed-out", afterMs: timeoutMs }
}

async function cancelled(signal: AbortSignal | undefined, settled: AbortSignal): Promise<HookOutcome> {
  await (signal === undefined ? firstAbort(settled) : firstAbort(signal, settled))
  return CANCELLED
}

async function noticeStillRunning(clock: Clock, run: HookRun, settled: AbortSignal): Promise<void> {
  const startedMs = clock.monotonicMs()
  for (;;) {
    await wait(clock, STILL_RUNNING_EVERY_MS, settled)
    if (settled.aborted) return
    run.onStillRunning?.(clock.monotonicMs() - startedMs)
  }
}

/** Resolves when one of the signals aborts, and leaves no listener behind: a signal may outlive thousands of hooks. */
function firstAbort(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      for (const signal of signals) signal.removeEventListener("abort", finish)
      resolve()
    }
    for (const signal of signals) signal.addEventListener("abort", finish)
    if (signals.some((signal) => signal.aborted)) finish()
  })
}

/** Tells lines as they come and keeps what the report shows. What a leaked child prints later is dropped. */
function captureOutput(run: HookRun) {
  const keepBytes = run.keepBytes ?? KEEP_BYTES
  let first = Buffer.alloc(0)
  let lastLine = ""
  let finished = false
  const lines = {
    stdout: splitLines((line) => {
      if (line.trim() !== "") lastLine = line
      run.onLine?.("stdout", line)
    }),
    stderr: splitLines((line) => run.onLine?.("stderr", line)),
  }
  return {
    take(stream: StreamName, bytes: Uint8Array) {
      if (finished) return
      run.onBytes?.(stream, bytes)
      const room = keepBytes - first.length
      if (stream === "stdout" && room > 0) first = Buffer.concat([first, bytes.subarray(0, room)])
      lines[stream].push(bytes)
    },
    finish() {
      lines.stdout.end()
      lines.stderr.end()
      finished = true
      return { firstOutput: first.toString("utf8"), lastLine }
    },
  }
}
