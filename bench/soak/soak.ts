import { rmSync, writeFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { parseArgs } from "node:util"
import { CONTESTANTS, type Service } from "../supervise/contestants.ts"
import { memoryKb, openDescriptors } from "../supervise/gauges.ts"
import { beatingScript, type Session, withSession } from "../supervise/session.ts"
import { type Descriptors, judge, MEGABYTES_PER_HOUR_MAX, type Sample } from "./trend.ts"

const MINUTE_MS = 60_000
const SAMPLE_MS = 1_000
const REPORTS = 20
/** Descriptors are compared from here on: by then every service was started several times. */
const EARLY_PART = 0.2
const LIFE_SEC_MAX = 5
const HELD_MS = (LIFE_SEC_MAX + 2) * 1_000
const HELD_SAMPLES = 12
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

/** Lets every service stay up for a while and counts: the least of some samples, because health checks come and go. */
async function countDescriptors({ beats }: Session, pids: readonly number[]): Promise<number> {
  writeFileSync(`${beats.file}.hold`, "")
  await pause(HELD_MS)
  const counts: number[] = []
  for (let index = 0; index < HELD_SAMPLES; index++) {
    counts.push(openDescriptors(pids))
    await pause(SAMPLE_MS / 4)
  }
  rmSync(`${beats.file}.hold`)
  return Math.min(...counts)
}

async function soak(session: Session): Promise<{ samples: Sample[]; descriptors: Descriptors }> {
  const pids = session.own()
  const samples: Sample[] = []
  const startedMs = performance.now()
  const totalMs = minutes * MINUTE_MS
  const elapsed = () => performance.now() - startedMs
  const sampleUntil = async (untilMs: number) => {
    while (elapsed() < untilMs) {
      await pause(SAMPLE_MS)
      samples.push({ atMs: elapsed(), kilobytes: memoryKb(pids) })
      if (samples.length % Math.ceil(totalMs / SAMPLE_MS / REPORTS) === 0) print(elapsed(), pids, session)
    }
  }
  await sampleUntil(totalMs * EARLY_PART)
  const early = await countDescriptors(session, pids)
  await sampleUntil(totalMs)
  const late = await countDescriptors(session, pids)
  const alive = new Set(session.own())
  if (pids.length < 2 || !pids.every((pid) => alive.has(pid))) throw new Error("launcher or supervisor did not survive")
  return { samples, descriptors: { early, late } }
}

function print(atMs: number, pids: readonly number[], { beats }: Session): void {
  const memory = pids.map((pid) => (memoryKb([pid]) / 1024).toFixed(1)).join(" + ")
  console.log(
    `${`${(atMs / 1000).toFixed(0)} s`.padStart(7)} ${memory.padStart(16)} ${String(beats.seen.length).padStart(9)}`,
  )
}

const [hab] = CONTESTANTS
if (hab === undefined) throw new Error("assertion failed: hab takes part")
console.log(`${services} services that crash every few seconds, for ${minutes} min\n`)
console.log("   time     PSS, in MB     starts")
const { samples, descriptors } = await withSession({ contestant: hab, count: services, service: flapping }, soak)
const { megabytesPerHour, problems } = judge(samples, descriptors)
console.log(`
memory over the last half    ${megabytesPerHour.toFixed(2)} MB/h (limit ${MEGABYTES_PER_HOUR_MAX})
descriptors at 20 %, at end  ${descriptors.early}, ${descriptors.late}`)
console.log(problems.length === 0 ? "passed" : `failed: ${problems.join("; ")}`)
process.exit(problems.length === 0 ? 0 : 1)
