import { setTimeout as pause } from "node:timers/promises"
import { median, quantile, type Row } from "../bench.ts"
import type { Contestant } from "./contestants.ts"
import { cpuMs, memoryKb } from "./gauges.ts"
import { type Session, withSession } from "./session.ts"

const MANY = 100
/** Node gives memory back some seconds after a busy time. */
const SETTLED_MS = 20_000
const IDLE_MS = 20_000
const ROUNDS = 5
const VICTIMS = 20
/** runit and s6 wait until a service has been up for a second. */
const ROUND_MS = 1_300

type Figures = Readonly<{ oneKb: number; eachKb: number; idleMsPerSec: number; restartsMs: readonly number[] }>

/** Memory and CPU of supervisors with nothing to do, and how soon a killed service runs again. */
export async function idleRows(contestants: readonly Contestant[]): Promise<Row[]> {
  const figures = new Map<string, Figures>()
  for (const contestant of contestants) figures.set(contestant.name, await figuresOf(contestant))
  const row = (what: string, unit: string, of: (figures: Figures) => number, limit?: number): Row => {
    const peers = [...figures].filter(([name]) => name !== "hab").map(([name, f]) => ({ name, measured: of(f) }))
    const measured = of(figures.get("hab") as Figures)
    return { what, measured, unit, peers, ...(limit === undefined ? {} : { limit }) }
  }
  const restart = (name: string) => median(figures.get(name)?.restartsMs ?? [])
  const limits = [restart("runit"), restart("pm2") / 2].filter((limit) => !Number.isNaN(limit))
  return [
    row(
      "restart after SIGKILL, median",
      "ms",
      (f) => median(f.restartsMs),
      limits.length === 0 ? undefined : Math.min(...limits),
    ),
    row("restart after SIGKILL, p99", "ms", (f) => quantile(f.restartsMs, 0.99), 15),
    row("memory with one service", "MB", (f) => f.oneKb / 1024, 70),
    row("memory of each further service", "KB", (f) => f.eachKb, 60),
    row(`CPU with ${MANY} idle services, per second`, "ms", (f) => f.idleMsPerSec, 0.1),
  ]
}

async function figuresOf(contestant: Contestant): Promise<Figures> {
  const oneKb = await withSession({ contestant, count: 1 }, settledMemory)
  return withSession({ contestant, count: MANY }, async (session) => {
    const manyKb = await settledMemory(session)
    const idleMsPerSec = await idleCpu(session)
    return { oneKb, eachKb: (manyKb - oneKb) / (MANY - 1), idleMsPerSec, restartsMs: await restarts(session) }
  })
}

async function settledMemory(session: Session): Promise<number> {
  await pause(SETTLED_MS)
  return memoryKb(session.own())
}

async function idleCpu(session: Session): Promise<number> {
  const own = session.own()
  const before = cpuMs(own)
  await pause(IDLE_MS)
  return (cpuMs(own) - before) / (IDLE_MS / 1000)
}

/** Kills services one after the other, round by round; from the signal to the first line of the next process. */
async function restarts({ beats }: Session): Promise<number[]> {
  const elapsed: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < VICTIMS; index++) elapsed.push(await restartMs(beats, `s${index}`))
    await pause(ROUND_MS)
  }
  return elapsed
}

async function restartMs(beats: Session["beats"], name: string): Promise<number> {
  const last = beats.seen.findLast((beat) => beat.name === name)
  if (last === undefined) throw new Error(`${name} never started`)
  const killedMs = performance.now()
  process.kill(last.pid, "SIGKILL")
  const isNext = () => beats.seen.findLast((beat) => beat.name === name) !== last
  await beats.waitFor(`${name} runs again`, isNext, 30_000)
  return (beats.seen.findLast((beat) => beat.name === name)?.atMs ?? Number.NaN) - killedMs
}
