import type { ExitStatus } from "../base/exit-status.ts"
import type { Clock } from "../ports/clock.ts"
import type { GroupCommand, ProcessGroups } from "../ports/process-group.ts"
import type { EventName } from "./events.ts"

/** Which hook: its event, the name its author gave it, and where its script is (as the hook's process sees it). */
export type HookIdentity = Readonly<{ event: EventName; name: string; path: string }>

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
  command: GroupCommand
  /** 0: no deadline. */
  timeoutMs: number
  /** Every line as it is printed, line feed removed. */
  onLine?: (stream: "stdout" | "stderr", line: string) => void
  /** Every chunk as it is printed: what a log file keeps. */
  onBytes?: (stream: "stdout" | "stderr", bytes: Uint8Array) => void
  /** Told once a minute that a hook without deadline still runs. */
  onStillRunning?: (elapsedMs: number) => void
  /** Cancels the hook: its group is ended like at a deadline. */
  signal?: AbortSignal
  /** How much of stdout the report keeps (`HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT`). Default 1024. */
  keepBytes?: number
}>

/** Runs one hook in one process group with one deadline. Never rejects. */
export async function executeHook(
  _host: Readonly<{ groups: ProcessGroups; clock: Clock }>,
  _run: HookRun,
): Promise<HookReport> {
  throw new Error("assertion failed: not written yet")
}
