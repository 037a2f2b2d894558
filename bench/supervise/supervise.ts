import type { Bench, Row } from "../bench.ts"
import { presentContestants } from "./contestants.ts"
import { healthRows } from "./health.ts"
import { idleRows } from "./idle.ts"
import { logRows } from "./logs.ts"
import { responsiveRows } from "./responsive.ts"
import { startRows } from "./starts.ts"

/**
 * hab beside runit, s6, supervisord and pm2, as far as they are on PATH: starts, restarts, memory, idleness, checks and
 * logs (design §8). Takes some minutes.
 */
export const superviseBench: Bench = {
  name: "supervise",
  async run(): Promise<readonly Row[]> {
    const { present, skipped } = presentContestants()
    if (skipped.length > 0) console.log(`not on PATH, skipped: ${skipped.join(", ")}`)
    return [
      ...(await startRows(present)),
      ...(await idleRows(present)),
      ...(await healthRows()),
      ...(await responsiveRows()),
      ...(await logRows(present)),
    ]
  },
}
