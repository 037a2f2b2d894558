import { type DeclaredHooks, eventsWithHooks } from "./hooks/declared-hooks.ts"
import type { Release } from "./release.ts"
import type { BackoffPolicy } from "./service/restart-policy.ts"
import { DEFAULT_SETTINGS, MOMENTS, type Moment, type Settings } from "./service/settings.ts"
import type { OwnSpec, ServiceSpec } from "./spec/spec.ts"

/** What an interval of 0 stands for: a check that is never over would keep a processor busy. */
const HEALTH_INTERVAL_LEAST_MS = 1_000

/** What the machine has to know of our own keys: in force at once when they change. */
export function ownSettings({ restart, healthFailureThreshold, onCritical, healthBackoff }: OwnSpec) {
  return { restart, healthFailureThreshold, onUnhealthy: onCritical, healthBackoff: healthBackoff === "on" }
}

/** What the machine has to know of a spec and the release it runs. */
export function settingsOf(
  spec: ServiceSpec,
  release: Release,
  options: Readonly<{ backoff: BackoffPolicy; installOwed: boolean; declared: DeclaredHooks }>,
): Settings {
  const timeoutSec = spec.shutdownTimeoutSec ?? release.metadata.shutdownTimeoutSec
  return {
    ...DEFAULT_SETTINGS,
    hooks: listsWithHooks(release, options.declared, options.installOwed),
    backoff: options.backoff,
    shutdownSignal: release.metadata.shutdownSignal ?? DEFAULT_SETTINGS.shutdownSignal,
    shutdownTimeoutMs: timeoutSec === undefined ? DEFAULT_SETTINGS.shutdownTimeoutMs : timeoutSec * 1000,
    healthIntervalMs: spec.healthCheckIntervalMs || HEALTH_INTERVAL_LEAST_MS,
    ...ownSettings(spec.own),
  }
}

/** The moments that have something to run. */
export function listsWithHooks(release: Release, declared: DeclaredHooks, installOwed: boolean): Settings["hooks"] {
  const events = eventsWithHooks(release, declared)
  const present = (moment: Moment | "health-check") => (moment === "install" ? installOwed : events.has(moment))
  return [...MOMENTS, "health-check" as const].filter(present)
}
