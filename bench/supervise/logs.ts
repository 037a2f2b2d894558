import { spawnSync } from "node:child_process"
import fs from "node:fs"
import { median, type Row } from "../bench.ts"
import { type Contestant, findOnPath } from "./contestants.ts"
import { beatingScript, withSession } from "./session.ts"

const ROUNDS = 3
const BYTES = 150e6
const BYTES_OF_PM2 = 15e6
const PRINT = 'yes "a line of a log as services print them, with a time, a level and a message: about a hundred bytes"'
/** How much faster than these the design wants us. */
const FASTER = { s6: 1.5, pm2: 5 } as const

/** Milliseconds for a megabyte of lines, from a service that prints as fast as it is read to the end of what it prints. */
export async function* logRows(contestants: readonly Contestant[]): AsyncIterable<Row> {
  const rates = new Map<string, number[]>()
  const note = (name: string, rate: number) => rates.set(name, [...(rates.get(name) ?? []), rate])
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of contestants.filter(({ name }) => name === "hab" || name === "pm2")) {
      note(contestant.name, await rateOf(contestant, contestant.name === "hab" ? BYTES : BYTES_OF_PM2))
    }
    if (findOnPath("s6-log") !== undefined) note("s6", rateOfS6())
  }
  // A limit is the most that is allowed; of a rate it is the least, so the row tells the time for a megabyte.
  const msPerMb = new Map([...rates].map(([name, found]) => [name, 1000 / median(found)]))
  const limits = Object.entries(FASTER).flatMap(([name, factor]) => {
    const peer = msPerMb.get(name)
    return peer === undefined ? [] : [peer / factor]
  })
  yield {
    what: "log lines with prefix, to file and console",
    measured: msPerMb.get("hab") ?? Number.NaN,
    unit: "ms/MB",
    ...(limits.length === 0 ? {} : { limit: Math.min(...limits) }),
    peers: [...msPerMb].map(([name, measured]) => ({ name, measured })),
  }
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
