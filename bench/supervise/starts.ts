import { median, type Row } from "../bench.ts"
import type { Contestant } from "./contestants.ts"
import { beatingScript, withSession } from "./session.ts"

type Starts = Readonly<{
  count: number
  rounds: number
  /** Every service runs as somebody else. */
  user?: string
  /** What the design allows beside runit, and beside pm2. */
  limits?: Readonly<{ runit: number; pm2: number }>
}>

const STARTS: readonly Starts[] = [
  { count: 1, rounds: 3 },
  { count: 10, rounds: 3 },
  { count: 100, rounds: 3, limits: { runit: 1.5, pm2: 0.5 } },
  { count: 100, rounds: 3, user: "nobody", limits: { runit: 2, pm2: 0.5 } },
  { count: 500, rounds: 2, limits: { runit: 1.2, pm2: 0.5 } },
]

/** From the start of the supervisor to the first line of the last service, everything new; round by round. */
export async function* startRows(contestants: readonly Contestant[]): AsyncIterable<Row> {
  for (const starts of STARTS)
    if (starts.user === undefined || isRoot()) yield rowOf(starts, await play(starts, contestants))
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** What takes minutes is played once, or not at all. */
async function play(starts: Starts, contestants: readonly Contestant[]): Promise<Map<string, number>> {
  const figures = new Map<string, number[]>()
  const able = contestants.filter(({ servicesMax }) => servicesMax >= starts.count)
  for (let round = 0; round < starts.rounds; round++) {
    for (const contestant of able) {
      if (round > 0 && starts.count > contestant.servicesQuick) continue
      figures.set(contestant.name, [...(figures.get(contestant.name) ?? []), await upMs(contestant, starts)])
    }
  }
  return new Map([...figures].map(([name, elapsed]) => [name, median(elapsed)]))
}

function upMs(contestant: Contestant, { count, user }: Starts): Promise<number> {
  const service = (name: string, fifo: string) => ({
    name,
    script: beatingScript(name, fifo),
    ...(user === undefined ? {} : { user }),
  })
  return withSession({ contestant, count, service }, async ({ upMs: elapsed }) => elapsed)
}

function rowOf({ count, user, limits }: Starts, figures: ReadonlyMap<string, number>): Row {
  const allowed = Object.entries(limits ?? {}).flatMap(([peer, factor]) => {
    const measured = figures.get(peer)
    return measured === undefined ? [] : [measured * factor]
  })
  return {
    what: `${count} ${count === 1 ? "service" : "services"} up${user === undefined ? "" : `, as ${user}`}`,
    measured: figures.get("hab") ?? Number.NaN,
    unit: "ms",
    ...(allowed.length === 0 ? {} : { limit: Math.min(...allowed) }),
    peers: [...figures].map(([name, measured]) => ({ name, measured })),
  }
}
