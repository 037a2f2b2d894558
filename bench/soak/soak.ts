import { rmSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { CONTESTANTS, type Contestant, type Service } from "../supervise/contestants.ts"
import { openDescriptors } from "../supervise/gauges.ts"
import { beatingScript, type Session, withSession } from "../supervise/session.ts"
import { type Collectors, collectorEnv, listenToCollectors } from "./collectors.ts"
import { type Descriptors, judge, MEGABYTES_PER_HOUR_MAX, type Sample } from "./trend.ts"

const MINUTE_MS = 60_000
/** Services crash for so long between two samples. */
const ROUND_MS = 3_000
const REPORTS = 20
/** Descriptors are compared from here on: by then every service was started several times. */
const EARLY_PART = 0.2
const LIFE_SEC_MAX = 5
const HELD_POLL_MS = 50
const HELD_MS = 500
const COLLECTIONS = 3
const DESCRIPTOR_COUNTS = 12
const DESCRIPTOR_PAUSE_MS = 250
const USAGE = "usage: npm run soak [-- --minutes N] [-- --services N]"

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, services: { type: "string", default: "100" } },
})
const minutes = positive(values.minutes)
const services = positive(values.services)

function positive(text: string): number {
  const number = Number(text)
  if (number > 0) return number
  console.error(`'${text}' is not a positive number\n${USAGE}`)
  process.exit(2)
}

/** Lives one to five seconds, prints, and crashes, unless it is held up; some are asked for their health, too. */
function flapping(name: string, fifo: string): Service {
  const index = Number(name.slice(1))
  const life = [
    `echo "${name} is up"`,
    `echo "${name} complains" >&2`,
    `sleep ${(index % LIFE_SEC_MAX) + 1}`,
    `while [ -e ${fifo}.hold ]; do sleep 0.5; done`,
    `exit ${index % 3}`,
  ]
  const checked = index % 10 === 0 ? { healthCheck: "#!/bin/sh\necho fine\n", healthIntervalSec: 2 } : {}
  return { name, script: beatingScript(name, fifo, life.join("\n")), ...checked }
}

/** Holds every service up, and does `work` when all are and nothing was started for a while: always in the same state. */
async function whileHeld<T>({ beats }: Session, work: () => Promise<T>): Promise<T> {
  const hold = `${beats.file}.hold`
  writeFileSync(hold, "")
  const latest = new Map<string, number>()
  let read = 0
  const allLive = () => {
    for (; read < beats.seen.length; read++) latest.set(beats.seen[read]?.name ?? "", beats.seen[read]?.pid ?? 0)
    return [...latest.values()].every(isAlive)
  }
  for (let quietSince = performance.now(); performance.now() - quietSince < HELD_MS; await pause(HELD_POLL_MS)) {
    const before = read
    if (!allLive() || read > before) quietSince = performance.now()
  }
  try {
    return await work()
  } finally {
    rmSync(hold)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The least of some counts, because health checks come and go. */
async function countDescriptors(pids: readonly number[]): Promise<number> {
  const counts: number[] = []
  for (let index = 0; index < DESCRIPTOR_COUNTS; index++) {
    counts.push(openDescriptors(pids))
    await pause(DESCRIPTOR_PAUSE_MS)
  }
  return Math.min(...counts)
}

/** Kilobytes of each process: the least of some answers, because what is just being done takes some, too. */
async function leastMemory({ ask }: Collectors, pids: readonly number[]): Promise<number[]> {
  let least = pids.map(() => Number.POSITIVE_INFINITY)
  for (let index = 0; index < COLLECTIONS; index++) {
    const answers = await Promise.all(pids.map(ask))
    least = least.map((kilobytes, at) => Math.min(kilobytes, answers[at] ?? kilobytes))
    await pause(HELD_POLL_MS)
  }
  return least
}

async function soak(session: Session): Promise<{ samples: Sample[]; descriptors: Descriptors }> {
  const pids = session.own()
  const collectors = listenToCollectors(session.folder)
  const samples: Sample[] = []
  const startedMs = performance.now()
  const totalMs = minutes * MINUTE_MS
  const elapsed = () => performance.now() - startedMs
  let reportMs = 0
  const sampleUntil = async (untilMs: number) => {
    while (elapsed() < untilMs) {
      await pause(ROUND_MS)
      const memory = await whileHeld(session, () => leastMemory(collectors, pids))
      samples.push({ atMs: elapsed(), kilobytes: memory.reduce((sum, one) => sum + one, 0) })
      if (elapsed() < reportMs) continue
      reportMs += totalMs / REPORTS
      print(elapsed(), memory, session)
    }
  }
  await sampleUntil(totalMs * EARLY_PART)
  const early = await whileHeld(session, () => countDescriptors(pids))
  await sampleUntil(totalMs)
  const late = await whileHeld(session, () => countDescriptors(pids))
  collectors.close()
  const alive = new Set(session.own())
  if (pids.length < 2 || !pids.every((pid) => alive.has(pid))) throw new Error("launcher or supervisor did not survive")
  return { samples, descriptors: { early, late } }
}

function print(atMs: number, memory: readonly number[], { beats }: Session): void {
  const megabytes = memory.map((kilobytes) => (kilobytes / 1024).toFixed(2)).join(" + ")
  console.log(
    `${`${(atMs / 1000).toFixed(0)} s`.padStart(7)} ${megabytes.padStart(16)} ${String(beats.seen.length).padStart(9)}`,
  )
}

/** The supervisor as everybody runs it, with a collector in both of its processes. */
function collected(contestant: Contestant): Contestant {
  return { ...contestant, env: (folder) => ({ ...contestant.env?.(folder), ...collectorEnv(folder) }) }
}

const [hab] = CONTESTANTS
if (hab === undefined) throw new Error("assertion failed: hab takes part")
console.log(`${services} services that crash every few seconds, for ${minutes} min\n`)
console.log("   time     PSS, in MB     starts")
const { samples, descriptors } = await withSession(
  { contestant: collected(hab), count: services, service: flapping },
  soak,
)
const { megabytesPerHour, problems } = judge(samples, descriptors)
console.log(`
memory over the last half    ${megabytesPerHour.toFixed(2)} MB/h (limit ${MEGABYTES_PER_HOUR_MAX})
descriptors at 20 %, at end  ${descriptors.early}, ${descriptors.late}`)
console.log(problems.length === 0 ? "passed" : `failed: ${problems.join("; ")}`)
process.exit(problems.length === 0 ? 0 : 1)
