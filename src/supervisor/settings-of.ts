import type { EventName } from "../hooks/events.ts"
import type { Release } from "./release.ts"
import type { BackoffPolicy } from "./service/restart-policy.ts"
import { DEFAULT_SETTINGS, MOMENTS, type Moment, type Settings } from "./service/settings.ts"
import type { OwnSpec, ServiceSpec } from "./spec/spec.ts"

/** What the machine has to know of our own keys: in force at once when they change. */
export function ownSettings({ restart, healthFailureThreshold, onCritical, healthBackoff }: OwnSpec) {
  return { restart, healthFailureThreshold, onUnhealthy: onCritical, healthBackoff: healthBackoff === "on" }
}

/** What the machine has to know of a spec and the release it runs. */
export function settingsOf(
  spec: ServiceSpec,
  release: Release,
  options: Readonly<{ backoff: BackoffPolicy; installOwed: boolean }>,
): Settings {
  const events = new Set<EventName>(release.hooks.map((hook) => hook.event))
  const present = (moment: Moment | "health-check") => (moment === "install" ? options.installOwed : events.has(moment))
  const timeoutSec = spec.shutdownTimeoutSec ?? release.metadata.shutdownTimeoutSec
  return {
    ...DEFAULT_SETTINGS,
    hooks: [...MOMENTS, "health-check" as const].filter(present),
    backoff: options.backoff,
    shutdownSignal: release.metadata.shutdownSignal ?? DEFAULT_SETTINGS.shutdownSignal,
    shutdownTimeoutMs: timeoutSec === undefined ? DEFAULT_SETTINGS.shutdownTimeoutMs : timeoutSec * 1000,
    healthIntervalMs: spec.healthCheckIntervalMs,
    ...ownSettings(spec.own),
  }
}
