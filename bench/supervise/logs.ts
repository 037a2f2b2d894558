import { spawnSync } from "node:child_process"
import fs from "node:fs"
import type { Row } from "../bench.ts"
import { type Contestant, findOnPath } from "./contestants.ts"
import { beatingScript, withSession } from "./session.ts"

const BYTES = 300e6
const BYTES_OF_PM2 = 30e6
const PRINT = 'yes "a line of a log as services print them, with a time, a level and a message: about a hundred bytes"'
const LIMIT_OF_S6 = 1.5
const LIMIT_OF_PM2 = 5

/** Megabytes of lines per second from a service that prints as fast as it is read, to the end of what it prints. */
export async function logRows(contestants: readonly Contestant[]): Promise<Row[]> {
  const peers = []
  let ours = Number.NaN
  const limits: number[] = []
  for (const contestant of contestants.filter(({ name }) => name === "hab" || name === "pm2")) {
    const bytes = contestant.name === "hab" ? BYTES : BYTES_OF_PM2
    const rate = await rateOf(contestant, bytes)
    if (contestant.name === "hab") ours = rate
    else {
      peers.push({ name: "pm2", measured: rate })
      limits.push(rate * LIMIT_OF_PM2)
    }
  }
  if (findOnPath("s6-log") !== undefined) {
    const rate = rateOfS6()
    peers.push({ name: "s6-log", measured: rate })
    limits.push(rate * LIMIT_OF_S6)
  }
  // A limit is the most that is allowed; of a rate it is the least, so the row tells the time for a megabyte.
  const perMb = (rate: number) => 1000 / rate
  return [
    {
      what: "log lines with prefix, to file and console",
      measured: perMb(ours),
      unit: "ms/MB",
      ...(limits.length === 0 ? {} : { limit: perMb(Math.max(...limits)) }),
      peers: peers.map(({ name, measured }) => ({ name, measured: perMb(measured) })),
    },
  ]
}

async function rateOf(contestant: Contestant, bytes: number): Promise<number> {
  const service = (name: string, fifo: string) => ({
    name,
    script: beatingScript(name, fifo, `${PRINT} | head -c ${bytes}\necho end $$ >${fifo}\nexec sleep 1000000`),
  })
  return withSession({ contestant, count: 1, service }, async ({ beats }) => {
    const beganMs = beats.seen[0]?.atMs ?? 0
    await beats.waitFor("everything is printed", () => beats.seen.some(({ name }) => name === "end"), 120_000)
    const endedMs = beats.seen.find(({ name }) => name === "end")?.atMs ?? Number.NaN
    return bytes / 1e6 / ((endedMs - beganMs) / 1000)
  })
}

/** s6-log with times in front of the lines, which is the nearest it has. */
function rateOfS6(): number {
  const folder = fs.mkdtempSync("/tmp/hab-bench-s6-log-")
  const startedMs = performance.now()
  spawnSync("sh", ["-c", `${PRINT} | head -c ${BYTES} | s6-log t s10000000 n5 ${folder}`], { stdio: "ignore" })
  const seconds = (performance.now() - startedMs) / 1000
  fs.rmSync(folder, { recursive: true, force: true })
  return BYTES / 1e6 / seconds
}
