import type { CommandContext } from "../command.ts"
import { askIfRunning } from "../operations.ts"
import { launcherOf, supervisorAbsent } from "../supervisor-lock.ts"

/** A service manager that starts the supervisor anew needs less. */
const ABSENT_LIMIT_MS = 10_000

/**
 * Asks the supervisor, for who asks again and again: undefined while none answers. Throws SUPERVISOR_ABSENT when there has
 * been no launcher for ten seconds.
 */
export function patientQuestions(context: CommandContext): <T>(path: string) => Promise<T | undefined> {
  const { host, layout } = context
  let absentSinceMs: number | undefined
  return async <T>(path: string) => {
    const answer = await askIfRunning<T>(context, { method: "GET", path })
    const isAbsent = answer === undefined && (await launcherOf(host, layout)) === undefined
    const nowMs = host.clock.monotonicMs()
    absentSinceMs = isAbsent ? (absentSinceMs ?? nowMs) : undefined
    if (absentSinceMs !== undefined && nowMs - absentSinceMs >= ABSENT_LIMIT_MS) throw supervisorAbsent(layout)
    return answer
  }
}
