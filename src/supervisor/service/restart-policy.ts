import { type ExitStatus, succeeded } from "../../base/exit-status.ts"

/** Which ends of a service start it again (decisions 5). */
export type RestartPolicy = "always" | "on-failure" | "no"

/** How long a failed service waits. `habitat` is chosen by any of the three flags of `hab sup run`. */
export type BackoffPolicy =
  | { readonly tag: "default" }
  | {
      readonly tag: "habitat"
      readonly minimumMs: number
      readonly maximumMs: number
      /** Up for longer than this, and earlier failures are forgotten. */
      readonly cooldownMs: number
    }

/** What is remembered of the failures in a row. */
export type Backoff = Readonly<{
  failures: number
  /** Failures that led to a wait: the exponent of the doubling. */
  waits: number
  /** The last wait of Habitat's algorithm, undefined before the first. */
  previousMs: number | undefined
}>

export const NO_FAILURES: Backoff = { failures: 0, waits: 0, previousMs: undefined }

/** The first wait of the default policy. */
export const FIRST_WAIT_MS = 1_000
export const LONGEST_WAIT_MS = 60_000
const AT_ONCE_AFTER_UP_MS = 10_000
export const FORGOTTEN_AFTER_UP_MS = 30_000
/** A wait is shortened by up to this part, so that services that failed together do not return together. */
const JITTER = 0.25

/** The flags of `hab sup run`, in seconds; undefined where not given. */
export type BackoffFlags = Readonly<{
  minimumSec?: number | undefined
  maximumSec?: number | undefined
  cooldownSec?: number | undefined
}>

/** The policy the flags ask for; an unset maximum is the greater of the minimum and 60 s (decisions 5). */
export function backoffPolicy({ minimumSec, maximumSec, cooldownSec }: BackoffFlags): BackoffPolicy {
  if (minimumSec === undefined && maximumSec === undefined && cooldownSec === undefined) return { tag: "default" }
  const minimumMs = (minimumSec ?? 0) * 1000
  const maximumMs = maximumSec === undefined ? Math.max(minimumMs, 60_000) : maximumSec * 1000
  return { tag: "habitat", minimumMs, maximumMs, cooldownMs: (cooldownSec ?? 300) * 1000 }
}

/** What the failure found: how long the service had been up (0: never) and a number in [0, 1). */
export type FailureFacts = Readonly<{ upForMs: number; random: number }>

/** How long to wait after one more failure, and what to remember for the next. */
export function afterFailure(
  policy: BackoffPolicy,
  backoff: Backoff,
  facts: FailureFacts,
): Readonly<{ backoff: Backoff; delayMs: number }> {
  return policy.tag === "default" ? doubling(backoff, facts) : decorrelated(policy, backoff, facts)
}

function doubling(before: Backoff, { upForMs, random }: FailureFacts) {
  const backoff = upForMs >= FORGOTTEN_AFTER_UP_MS ? NO_FAILURES : before
  const failures = backoff.failures + 1
  if (backoff.failures === 0 && upForMs >= AT_ONCE_AFTER_UP_MS) return { backoff: { ...backoff, failures }, delayMs: 0 }
  const wholeMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(backoff.waits, 30))
  const delayMs = Math.round(wholeMs * (1 - JITTER * random))
  return { backoff: { ...backoff, failures, waits: backoff.waits + 1 }, delayMs }
}

/** Spec supervisor §2.8: the first wait is the base, each next one uniform in [base, 3 × previous], at most the maximum. */
function decorrelated(
  { minimumMs, maximumMs, cooldownMs }: Extract<BackoffPolicy, { tag: "habitat" }>,
  before: Backoff,
  { upForMs, random }: FailureFacts,
) {
  const backoff = upForMs > cooldownMs ? NO_FAILURES : before
  const baseMs = Math.min(minimumMs, maximumMs)
  const { previousMs, waits, failures } = backoff
  const delayMs =
    previousMs === undefined ? baseMs : Math.min(maximumMs, Math.round(baseMs + random * (3 * previousMs - baseMs)))
  return { backoff: { failures: failures + 1, waits: waits + 1, previousMs: delayMs }, delayMs }
}

/** True when the end is what the service was for and the policy leaves it at that. An unknown end is not a success. */
export function finishesService(policy: RestartPolicy, status: ExitStatus): boolean {
  return policy !== "always" && succeeded(status)
}
