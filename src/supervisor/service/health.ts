import type { HealthAnswer } from "../../hooks/answers.ts"

/** What the last check said; `unknown` before the first one and after a failed check (decisions 20). */
export type HealthStatus = "ok" | "warning" | "critical" | "unknown"

/** Where a service stands with its checks: not known yet, healthy, or failing in a row (spec lifecycle §C.7, 20). */
export type HealthStanding = "starting" | "ready" | "unhealthy"

/** The checks of one run. */
export type Health = Readonly<{
  status: HealthStatus
  standing: HealthStanding
  /** Failed checks in a row: critical, or failed to answer. */
  failures: number
  /** The next pause of a service that was never healthy, where pauses grow; 0 once it was. */
  hasteMs: number
  /** The splay was taken: all later checks follow the interval. */
  firstOkSeen: boolean
  /** A check runs now. */
  checking: boolean
  /** The timer of the next check is set. */
  scheduled: boolean
  /** The answer of the running check is out of date when it comes: check again at once. */
  again: boolean
}>

const FIRST_HASTE_MS = 1_000

export const HEALTH_BEFORE_CHECKS: Health = {
  status: "unknown",
  standing: "starting",
  failures: 0,
  hasteMs: FIRST_HASTE_MS,
  firstOkSeen: false,
  checking: false,
  scheduled: false,
  again: false,
}

/** A service that is not ok is asked at least this often (spec supervisor §3). */
export const DEFAULT_HEALTH_INTERVAL_MS = 30_000

export type HealthSettings = Readonly<{
  healthIntervalMs: number
  /** Failed checks in a row that make the service unhealthy. */
  healthFailureThreshold: number
  /** Until the first healthy check pauses are 1 s, 2 s, 4 s … as long as that is shorter. */
  healthBackoff: boolean
}>

/**
 * The pause after a check: from its end to the start of the next one. The first ok of a loop takes a random part of the
 * interval, to the millisecond so that short intervals do not keep in step, later ones the interval; anything else the interval or 30 s, whichever is shorter.
 * `hasteMs`: and no longer than this; 0 for no such limit.
 */
export function pauseAfterCheck(
  answer: HealthAnswer["tag"],
  facts: Readonly<{ firstOkSeen: boolean; intervalMs: number; random: number; hasteMs?: number }>,
): number {
  const { firstOkSeen, intervalMs, random, hasteMs = 0 } = facts
  if (answer !== "ok") return Math.min(intervalMs, DEFAULT_HEALTH_INTERVAL_MS, hasteMs || Number.POSITIVE_INFINITY)
  return firstOkSeen ? intervalMs : Math.floor(random * intervalMs)
}

/** What one answer means: the health after it, and the turn to tell post-healthy or post-unhealthy hooks about. */
export function takeAnswer(
  health: Health,
  answer: HealthAnswer["tag"],
  { healthFailureThreshold }: Pick<HealthSettings, "healthFailureThreshold">,
): Readonly<{ health: Health; turn: "post-healthy" | "post-unhealthy" | undefined }> {
  const status = answer === "failed" ? "unknown" : answer
  const seen = { ...health, status, checking: false } satisfies Health
  if (answer === "unknown") return { health: seen, turn: undefined }
  if (answer === "ok" || answer === "warning") {
    const turn = health.standing === "ready" ? undefined : "post-healthy"
    return { health: { ...seen, standing: "ready", failures: 0, hasteMs: 0 }, turn }
  }
  const failures = health.failures + 1
  const turns = failures >= healthFailureThreshold && health.standing !== "unhealthy"
  const standing = turns ? "unhealthy" : health.standing
  return { health: { ...seen, standing, failures }, turn: turns ? "post-unhealthy" : undefined }
}
