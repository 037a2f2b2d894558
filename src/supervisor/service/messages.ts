import type { ExitStatus } from "../../base/exit-status.ts"
import type { HealthAnswer } from "../../hooks/answers.ts"
import type { Reason as HookReason } from "../../hooks/reasons.ts"
import type { Changes, RestartCause } from "./change-response.ts"
import type { Moment, Settings } from "./settings.ts"

/** Why a service starts, stops or restarts: what hooks are told (spec lifecycle §C.3). */
export type Reason = HookReason

/** How a list of hooks ended, ignored failures taken as success. */
export type ListOutcome =
  | { readonly tag: "passed" }
  | { readonly tag: "failed"; readonly problem: string }
  | { readonly tag: "timed-out"; readonly problem: string }

/** What everyone who stops or restarts a service says. `force`: no hook can refuse; shutdown implies it. */
type Wish = Readonly<{ reason: Reason; force?: boolean }>

/** Somebody wants something of the service. */
type WishEvent =
  | Readonly<{ tag: "start"; reason: Reason }>
  | (Readonly<{ tag: "restart" }> & Wish)
  /** `timeoutMs`: from the shutdown signal to SIGKILL, over spec and package. */
  | (Readonly<{ tag: "stop"; timeoutMs?: number }> & Wish)
  | (Readonly<{ tag: "unload"; timeoutMs?: number }> & Wish)

/**
 * What a new supervisor found of an earlier one, told before any wish. `changes`: what was rendered since the process
 * was spawned and not acted on, where that is known.
 */
type FoundEvent =
  | Readonly<{
      tag: "found-alive"
      run: number
      pid: number
      upForMs: number
      postStart: "finished" | "unfinished"
      changes: Changes
    }>
  /** No process, but something of the run lives, or its post-stop is still owed (`initialized`). */
  | Readonly<{ tag: "found-leftovers"; run: number; initialized: boolean }>

/** Something around the service changed. */
type ChangeEvent =
  | Readonly<{ tag: "binds-met" }>
  | Readonly<{ tag: "binds-unmet" }>
  /** Anything templates can see, binds included. */
  | Readonly<{ tag: "inputs-changed" }>
  /** Files under `files/` arrived or were edited (decisions 13). */
  | Readonly<{ tag: "files-updated" }>
  /** Another release is to be used; its settings apply from the next run on. `because`: `update`, unless somebody asked. */
  | Readonly<{ tag: "package-changed"; settings: Settings; because?: Reason }>
  /**
   * Options and overlay hooks changed: in force at once, never a reason to restart (decisions 32). `upcoming`: the same
   * for a release that waits to be used.
   */
  | Readonly<{ tag: "settings-changed"; settings: Settings; upcoming?: Settings }>
  /** The supervisor ends and leaves its services running: upgrade, restart, launcher lost. */
  | Readonly<{ tag: "detach" }>

/** The answers to effects. Those of an older run are dropped. */
type AnswerEvent =
  | Readonly<{ tag: "hooks-done"; run: number; moment: Moment; outcome: ListOutcome }>
  | Readonly<{ tag: "rendered"; run: number; changes: Changes }>
  | Readonly<{ tag: "render-failed"; run: number; problem: string }>
  | Readonly<{ tag: "process-started"; run: number; pid: number }>
  | Readonly<{ tag: "start-failed"; run: number; problem: string }>
  | Readonly<{ tag: "process-exited"; run: number; status: ExitStatus }>
  /** Nothing the run started is alive. */
  | Readonly<{ tag: "emptied"; run: number }>
  | Readonly<{ tag: "health-result"; run: number; answer: HealthAnswer["tag"] }>
  /** `serial` is the one the timer was started with: a timer that was cancelled as it fired is dropped. */
  | Readonly<{ tag: "kill-timer" | "retry-timer" | "health-timer"; run: number; serial: number }>

/** Everything that can happen to a service. */
export type ServiceEvent = WishEvent | FoundEvent | ChangeEvent | AnswerEvent

export type EventTag = ServiceEvent["tag"]

export const EVENT_TAGS = [
  "start",
  "restart",
  "stop",
  "unload",
  "found-alive",
  "found-leftovers",
  "binds-met",
  "binds-unmet",
  "inputs-changed",
  "files-updated",
  "package-changed",
  "settings-changed",
  "detach",
  "hooks-done",
  "rendered",
  "render-failed",
  "process-started",
  "start-failed",
  "process-exited",
  "emptied",
  "health-result",
  "kill-timer",
  "retry-timer",
  "health-timer",
] as const satisfies readonly EventTag[]

/** A timer answers with the event `<name>-timer`. */
export type TimerName = "kill" | "retry" | "health"

/**
 * What the shell is asked to do, in this order. `run` says for whom; the answer carries the same number.
 */
export type Effect =
  /** Run the hooks of a moment → one hooks-done, unless `terminate` or `cancel-hooks` came first. */
  | Readonly<{ tag: "run-hooks"; run: number; moment: Moment; reason: Reason }>
  /** End the hooks of a moment and forget their answer. */
  | Readonly<{ tag: "cancel-hooks"; run: number; moment: Moment }>
  /** Read all inputs and write what differs, at once and in one piece → rendered or render-failed. */
  | Readonly<{ tag: "render"; run: number }>
  /** → process-started or start-failed; later one process-exited. */
  | Readonly<{ tag: "start-process"; run: number }>
  /** Ask everything of the run to end: the process by `signal`, hooks by SIGTERM, a spawn in flight when it lands → one emptied. */
  | Readonly<{ tag: "terminate"; run: number; signal: string }>
  /** SIGKILL for everything of the run; `emptied` still answers the terminate before it. */
  | Readonly<{ tag: "kill"; run: number }>
  /** → `<timer>-timer` with this `serial`. Replaces the timer of that name; one timer runs at a time. */
  | Readonly<{ tag: "start-timer"; run: number; timer: TimerName; serial: number; delayMs: number }>
  | Readonly<{ tag: "cancel-timer"; run: number; timer: TimerName }>
  /** → one health-result, unless terminated. */
  | Readonly<{ tag: "check-health"; run: number }>
  /** The service is unloaded and down: drop it. */
  | Readonly<{ tag: "forget"; run: number }>
  /** A fact for the log. */
  | Readonly<{ tag: "note"; run: number; note: Note }>

/** What the log is told; the wording is the shell's. */
export type Note =
  | Readonly<{ tag: "waiting-for-binds" }>
  | Readonly<{ tag: "initializing" }>
  | Readonly<{ tag: "reattached"; pid: number }>
  | Readonly<{ tag: "hooks-failed"; moment: Moment; problem: string }>
  | Readonly<{ tag: "render-failed"; problem: string }>
  | Readonly<{ tag: "start-failed"; problem: string }>
  | Readonly<{ tag: "exited"; status: ExitStatus }>
  | Readonly<{ tag: "restart-in"; delayMs: number }>
  | Readonly<{ tag: "change-restarts"; cause: RestartCause }>
  | Readonly<{ tag: "refused"; moment: Moment; problem: string }>
  | Readonly<{ tag: "killed" }>
  | Readonly<{ tag: "unhealthy"; failures: number }>
