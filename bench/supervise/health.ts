import { setTimeout as pause } from "node:timers/promises"
import { quantile, type Row } from "../bench.ts"
import type { Beat } from "./beats.ts"
import { CONTESTANTS } from "./contestants.ts"
import { cpuMs } from "./gauges.ts"
import { beatingScript, withSession } from "./session.ts"

const SERVICES = 100
const INTERVAL_SEC = 1
const WARM_UP_MS = 5_000
const WINDOW_MS = 20_000

/** 100 services checked every second: how much later than it could a check comes, and what it costs us. */
export async function* healthRows(): AsyncIterable<Row> {
  const [contestant] = CONTESTANTS
  if (contestant === undefined) return
  const service = (name: string, fifo: string) => ({
    name,
    script: beatingScript(name, fifo),
    healthCheck: beatingScript(`check-${name}`, fifo, "exit 0"),
    healthIntervalSec: INTERVAL_SEC,
  })
  yield* await withSession({ contestant, count: SERVICES, service }, async ({ beats, own }) => {
    await pause(WARM_UP_MS)
    const pids = own()
    const before = cpuMs(pids)
    beats.seen.length = 0
    await pause(WINDOW_MS)
    const share = (cpuMs(pids) - before) / WINDOW_MS
    const checks = beats.seen.filter((beat) => beat.name.startsWith("check-"))
    return [
      { what: "health checks", measured: checks.length / (WINDOW_MS / 1000), unit: "1/s" },
      {
        what: "health check, delay beyond the quickest, p99",
        measured: quantile(delays(checks), 0.99),
        unit: "ms",
        limit: 15,
      },
      { what: "health checks, our CPU", measured: share * 100, unit: "% core", limit: 25 },
    ]
  })
}

/** Checks of a service come in a rhythm: what is over that of its quickest check is what queues and pauses cost. */
function delays(beats: readonly Beat[]): number[] {
  const names = [...new Set(beats.map(({ name }) => name))]
  return names.flatMap((name) => {
    const checks = beats.filter((beat) => beat.name === name)
    const phases = checks.map(({ atMs }, index) => atMs - index * INTERVAL_SEC * 1000)
    const quickest = Math.min(...phases)
    return phases.map((phase) => phase - quickest)
  })
}
