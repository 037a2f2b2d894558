import type { ExitStatus } from "../../base/exit-status.ts"
import { type Changes, NO_CHANGES } from "./change-response.ts"
import { HEALTH_BEFORE_CHECKS, type Health } from "./health.ts"
import type { Reason } from "./messages.ts"
import { type Backoff, NO_FAILURES } from "./restart-policy.ts"
import type { Moment, Settings } from "./settings.ts"

/** Where a service that is on its way down goes when nothing of the run is alive. */
export type Next =
  /** Stays down because it was asked to. */
  | "down"
  /** Ended well and the restart policy leaves it at that. */
  | "finished"
  /** Ended badly and nothing starts it again by itself. */
  | "failed"
  /** Starts again at once. */
  | "start"
  /** Starts again after the back-off. */
  | "retry"
  /** Is forgotten: unloaded. */
  | "gone"

/** The lists still to run in this state; the hooks of the first one run now. */
export type Moments = readonly Moment[]

export type State =
  | { readonly tag: "down"; readonly why: "never-started" | "stopped" | "finished" | "failed" }
  /** Wanted, but a strict bind is not satisfied. */
  | { readonly tag: "blocked" }
  /** Install hooks that are still owed run; after a crash, pre-restart first. */
  | { readonly tag: "preparing"; readonly moments: Moments }
  | { readonly tag: "rendering" }
  /** The pre-start list (`init`) runs. */
  | { readonly tag: "initializing"; readonly moments: Moments }
  /** Inputs changed while initializing: rendered again before the spawn, init is not repeated (decisions 6). */
  | { readonly tag: "refreshing" }
  | { readonly tag: "starting" }
  | { readonly tag: "up" }
  /** Still alive, about to stop: pre-restart and pre-stop lists run. `force`: a refusal does not count. */
  | { readonly tag: "leaving"; readonly next: Next; readonly moments: Moments; readonly force: boolean }
  /** Everything the run started was told to end. */
  | { readonly tag: "stopping"; readonly next: Next; readonly killing: boolean; readonly killAtMs: number }
  /** Nothing is alive: post-exit and post-stop lists run. */
  | { readonly tag: "cleaning"; readonly next: Next; readonly moments: Moments }
  | { readonly tag: "waiting"; readonly untilMs: number }
  /** Unloaded: nothing of it is left. */
  | { readonly tag: "gone" }
  /** Let go by a supervisor that ends: what is alive stays alive, nothing is done any more (decisions C). */
  | { readonly tag: "detached" }

export type StateTag = State["tag"]

export const STATE_TAGS = [
  "down",
  "blocked",
  "preparing",
  "rendering",
  "initializing",
  "refreshing",
  "starting",
  "up",
  "leaving",
  "stopping",
  "cleaning",
  "waiting",
  "gone",
  "detached",
] as const satisfies readonly StateTag[]

/** What is known of the current run; a new run begins with none of it. */
export type Life = Readonly<{
  /** Something of this run was started and may be alive. */
  touched: boolean
  /** The pre-start list was begun: post-stop is owed. */
  initialized: boolean
  /** What goes on beside the process. */
  work: "idle" | "rendering" | "reconfiguring"
  pid: number | undefined
  upSinceMs: number | undefined
  /** Rendered since the spawn and not yet acted on. */
  owed: Changes
  newRelease: boolean
  /** The process ended by itself: post-exit is owed. */
  endedByItself: boolean
  /** Named by the one who asked for the stop. */
  stopTimeoutMs: number | undefined
  /** A hook failed that only degrades the service: what it said. */
  degraded: string | undefined
}>

/** A wish that a hook refused (decisions 7): tried again at the next change. */
export type Refusal = Readonly<{ next: Next; reason: Reason; moment: Moment; problem: string }>

/** Everything the machine knows of one service. */
export type Service = Readonly<{
  state: State
  /** When this state was entered, on the monotonic clock. */
  sinceMs: number
  /** Stamped on every effect; answers of an older run are dropped. */
  run: number
  life: Life
  settings: Settings
  /** Settings of a release that is used from the next run on. */
  upcoming: Settings | undefined
  /** Strict binds are satisfied. */
  bindsMet: boolean
  /** Inputs changed while we could not act on it. */
  stale: boolean
  backoff: Backoff
  /** Counts timers set and cancelled: only the newest one can fire. */
  timerSerial: number
  /** The wait the last failure asks for. */
  retryInMs: number
  /** Failures since the last explicit start or asked-for restart. */
  restarts: number
  /** Whether this start is the second half of a restart: `owed` pre-restart did not run yet, `begun` it did. */
  bracket: "none" | "owed" | "begun"
  /** Why the service is going where it goes: what hooks are told. */
  reason: Reason
  refused: Refusal | undefined
  health: Health
  /** How the last process ended, also of earlier runs. */
  lastExit: ExitStatus | undefined
  /** What the last failure said. */
  problem: string | undefined
}>

export const NEW_LIFE: Life = {
  touched: false,
  initialized: false,
  work: "idle",
  pid: undefined,
  upSinceMs: undefined,
  owed: NO_CHANGES,
  newRelease: false,
  endedByItself: false,
  stopTimeoutMs: undefined,
  degraded: undefined,
}

export type NewService = Readonly<{
  settings: Settings
  nowMs: number
  /** Strict binds are satisfied, or there are none. */
  bindsMet: boolean
  /** The last run number ever used for this service; the first run gets the next one. */
  lastRun?: number
}>

/** A service that was loaded: down until somebody asks for it, or until its process is found alive. */
export function newService({ settings, nowMs, bindsMet, lastRun = 0 }: NewService): Service {
  return {
    state: { tag: "down", why: "never-started" },
    sinceMs: nowMs,
    run: lastRun,
    life: NEW_LIFE,
    settings,
    upcoming: undefined,
    bindsMet,
    stale: false,
    backoff: NO_FAILURES,
    timerSerial: 0,
    retryInMs: 0,
    restarts: 0,
    bracket: "none",
    reason: "load",
    refused: undefined,
    health: HEALTH_BEFORE_CHECKS,
    lastExit: undefined,
    problem: undefined,
  }
}
