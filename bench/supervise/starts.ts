import { median, type Row } from "../bench.ts"
import type { Contestant } from "./contestants.ts"
import { withSession } from "./session.ts"

/** How many services, how often, and what the design allows beside runit. */
const STARTS = [
  { count: 1, times: 3 },
  { count: 10, times: 3 },
  { count: 100, times: 3, limit: 1.5 },
  { count: 500, times: 1, limit: 1.2 },
] as const satisfies readonly { count: number; times: number; limit?: number }[]

/** From the start of the supervisor to the first line of the last service, everything new. */
export async function startRows(contestants: readonly Contestant[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const start of STARTS) {
    const figures = new Map<string, number>()
    for (const contestant of contestants.filter(({ servicesMax }) => servicesMax >= start.count)) {
      figures.set(contestant.name, await upMs(contestant, start))
    }
    const { hab = Number.NaN, ...others } = Object.fromEntries(figures)
    const runit = others["runit"]
    rows.push({
      what: `${start.count} services up`,
      measured: hab,
      unit: "ms",
      ...("limit" in start && runit !== undefined ? { limit: start.limit * runit } : {}),
      peers: Object.entries(others).map(([name, measured]) => ({ name, measured })),
    })
  }
  return rows
}

async function upMs(contestant: Contestant, { count, times }: { count: number; times: number }): Promise<number> {
  const figures: number[] = []
  for (let index = 0; index < times; index++) {
    figures.push(await withSession({ contestant, count }, async ({ upMs }) => upMs))
  }
  return median(figures)
}
