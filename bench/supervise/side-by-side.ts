import { setTimeout as pause } from "node:timers/promises"
import { median, quantile, type Row } from "../bench.ts"
import type { Contestant } from "./contestants.ts"
import { cpuMs, memoryKb } from "./gauges.ts"
import { openSession, type Session } from "./session.ts"

const MANY = 100
/** Node gives memory back some seconds after a busy time. */
const SETTLED_MS = 20_000
const IDLE_MS = 20_000
const ROUNDS = 6
const VICTIMS = 20
/** Of who may take a second for each. */
const VICTIMS_OF_SLOW = 4
const SLOW: readonly string[] = ["supervisord", "pm2"]
/** runit and s6 wait until a service has been up for a second. */
const ROUND_MS = 1_300

/** One contestant over one service and over many. */
type Pair = Readonly<{ name: string; one: Session; many: Session }>
type Figures = ReadonlyMap<string, number>

/** Memory, CPU with nothing to do, and how soon a killed service runs again, of everybody at the same time. */
export async function* sideBySideRows(contestants: readonly Contestant[]): AsyncIterable<Row> {
  const pairs: Pair[] = []
  const open: Session[] = []
  const start = async (contestant: Contestant, count: number) => {
    const session = await openSession({ contestant, count })
    open.push(session)
    return session
  }
  try {
    for (const contestant of contestants) {
      pairs.push({ name: contestant.name, one: await start(contestant, 1), many: await start(contestant, MANY) })
    }
    yield* measure(pairs)
  } finally {
    for (const session of open) await session.close()
  }
}

async function* measure(pairs: readonly Pair[]): AsyncIterable<Row> {
  const of = (figure: (pair: Pair) => number): Figures => new Map(pairs.map((pair) => [pair.name, figure(pair)]))
  await pause(SETTLED_MS)
  const oneKb = of(({ one }) => memoryKb(one.own()))
  const manyKb = of(({ many }) => memoryKb(many.own()))
  const numberOf = (figures: Figures, name: string) => figures.get(name) ?? Number.NaN
  const eachKb = of(({ name }) => (numberOf(manyKb, name) - numberOf(oneKb, name)) / (MANY - 1))
  yield row(
    "memory (PSS) with one service",
    "MB",
    of(({ name }) => numberOf(oneKb, name) / 1024),
    70,
  )
  yield row("memory (PSS) of each further service", "KB", eachKb, 60)
  yield row(`CPU with ${MANY} idle services, per second`, "ms", await idleMsPerSec(pairs), 0.1)
  const latencies = await restarts(pairs)
  const medians = of(({ name }) => median(latencies.get(name) ?? []))
  const limits = [numberOf(medians, "runit"), numberOf(medians, "pm2") / 2].filter((limit) => !Number.isNaN(limit))
  yield row("restart after SIGKILL, median", "ms", medians, limits.length === 0 ? undefined : Math.min(...limits))
  yield row(
    "restart after SIGKILL, p99",
    "ms",
    of(({ name }) => quantile(latencies.get(name) ?? [], 0.99)),
    15,
  )
}

function row(what: string, unit: string, figures: Figures, limit?: number): Row {
  const peers = [...figures].map(([name, measured]) => ({ name, measured }))
  return { what, measured: figures.get("hab") ?? Number.NaN, unit, peers, ...(limit === undefined ? {} : { limit }) }
}

async function idleMsPerSec(pairs: readonly Pair[]): Promise<Figures> {
  const used = () => new Map(pairs.map(({ name, many }) => [name, cpuMs(many.own())]))
  const before = used()
  await pause(IDLE_MS)
  return new Map([...used()].map(([name, ms]) => [name, (ms - (before.get(name) ?? 0)) / (IDLE_MS / 1000)]))
}

/** Kills services in turns, from the signal to the first line of the next process. */
async function restarts(pairs: readonly Pair[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const latencies = new Map<string, number[]>(pairs.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < VICTIMS; index++) {
      for (const { name, many } of pairs) {
        if (index >= VICTIMS_OF_SLOW && SLOW.includes(name)) continue
        latencies.get(name)?.push(await restartMs(many.beats, `s${index}`))
      }
    }
    await pause(ROUND_MS)
  }
  return latencies
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
