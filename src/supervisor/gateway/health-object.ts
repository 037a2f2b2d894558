import type { HealthStatus } from "../service/health.ts"

/** Status code and word of each health (spec supervisor §7.2). */
const HEALTH_ANSWERS = {
  ok: { code: 200, word: "OK" },
  warning: { code: 200, word: "WARNING" },
  critical: { code: 503, word: "CRITICAL" },
  unknown: { code: 500, word: "UNKNOWN" },
} as const satisfies Record<HealthStatus, { code: number; word: string }>

/** What the last health check printed; empty without a check. */
export type HealthOutput = Readonly<{ stdout: string; stderr: string }>

/** The answer of `…/health`. */
export function healthObject(health: HealthStatus, { stdout, stderr }: HealthOutput) {
  const { code, word } = HEALTH_ANSWERS[health]
  return { code, body: { status: word, stdout, stderr } }
}
