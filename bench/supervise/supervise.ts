import type { Bench, Row } from "../bench.ts"
import { CONTESTANTS, type Contestant, presentContestants } from "./contestants.ts"
import { healthRows } from "./health.ts"
import { logRows } from "./logs.ts"
import { responsiveRows } from "./responsive.ts"
import { sideBySideRows } from "./side-by-side.ts"
import { startRows } from "./starts.ts"

type Rows = (contestants: readonly Contestant[]) => AsyncIterable<Row>

/**
 * hab beside runit, s6, supervisord and pm2, as far as they are on PATH: starts, restarts, memory, idleness, checks and
 * logs (design §8), in turns so that noise of the machine meets all of them. Takes a few minutes.
 */
export const superviseBenches: readonly Bench[] = [
  superviseBench("starts", startRows),
  superviseBench("side-by-side", sideBySideRows),
  superviseBench("health", healthRows),
  superviseBench("responsive", responsiveRows),
  superviseBench("logs", logRows),
]

function superviseBench(name: string, rows: Rows): Bench {
  return {
    name: `supervise.${name}`,
    peers: CONTESTANTS.slice(1).map((contestant) => contestant.name),
    run(note) {
      const { present, skipped } = presentContestants()
      if (skipped.length > 0) note(`not on PATH, skipped: ${skipped.join(", ")}`)
      return rows(present)
    },
  }
}
