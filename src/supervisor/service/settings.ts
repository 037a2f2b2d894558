import type { EventName } from "../../hooks/events.ts"
import { DEFAULT_HEALTH_INTERVAL_MS, type HealthSettings } from "./health.ts"
import type { BackoffPolicy, RestartPolicy } from "./restart-policy.ts"

/**
 * The moments in a service's life at which a list of hooks runs: events of the service, and `install`, the hooks its
 * packages still owe (decisions 10).
 */
export const MOMENTS = [
  "install",
  "pre-start",
  "post-start",
  "pre-stop",
  "post-stop",
  "pre-restart",
  "post-restart",
  "post-exit",
  "post-healthy",
  "post-unhealthy",
  "file-updated",
  "reconfigure",
] as const satisfies readonly ("install" | EventName)[]

export type Moment = (typeof MOMENTS)[number]

/** What the machine has to know of a spec and a package. Everything else stays with the shell. */
export type Settings = HealthSettings &
  Readonly<{
    /** Moments whose lists hold hooks; all others pass in the same step. `health-check`: there is something to ask. */
    hooks: readonly (Moment | "health-check")[]
    restart: RestartPolicy
    backoff: BackoffPolicy
    shutdownSignal: string
    /** From the shutdown signal to SIGKILL, unless the one who asked named another. */
    shutdownTimeoutMs: number
    onUnhealthy: "restart" | "none"
  }>

/** Habitat's values where neither spec nor package says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  hooks: [],
  restart: "always",
  backoff: { tag: "default" },
  shutdownSignal: "TERM",
  shutdownTimeoutMs: 8_000,
  healthIntervalMs: DEFAULT_HEALTH_INTERVAL_MS,
  healthFailureThreshold: 3,
  healthBackoff: false,
  onUnhealthy: "none",
}
