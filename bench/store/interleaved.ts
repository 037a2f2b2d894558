import { median, type Row } from "../bench.ts"
import { settle } from "./shop.ts"

/** Something that is timed beside others. */
export type Contestant = Readonly<{
  name: string
  /** The work; what it needs is there, and what it made before is gone. */
  run: () => unknown
  /** Brings back what `run` needs to find, untimed. */
  reset?: () => void
}>

/** How often everybody runs: first to warm up what is read from disk, then timed. */
export type Rounds = Readonly<{ warmUps: number; timed: number }>

/**
 * Median milliseconds of each contestant. They take turns, one run each and another one first in every round, so that
 * whatever else the machine does meanwhile falls on all of them.
 */
export async function interleaved(
  { warmUps, timed }: Rounds,
  contestants: readonly Contestant[],
): Promise<Map<string, number>> {
  const times = new Map(contestants.map(({ name }) => [name, [] as number[]]))
  for (let round = -warmUps; round < timed; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(round + warmUps + turn) % contestants.length]
      if (contestant === undefined) continue
      contestant.reset?.()
      settle()
      const start = performance.now()
      await contestant.run()
      const elapsed = performance.now() - start
      if (round >= 0) times.get(contestant.name)?.push(elapsed)
    }
  }
  return new Map([...times].map(([name, elapsed]) => [name, median(elapsed)]))
}

/** What `hab` and each peer took, and how many times as long as each of them hab took; the limit is about one of them. */
export function rowsOf(
  what: string,
  times: ReadonlyMap<string, number>,
  { peer, limit }: Readonly<{ peer: string; limit: number }>,
): Row[] {
  const ours = times.get("hab") ?? Number.NaN
  const others = [...times].filter(([name]) => name !== "hab").map(([name, measured]) => ({ name, measured }))
  const ratios = others.map(({ name, measured }) => ({ name, measured: ours / measured }))
  const measured = ratios.find(({ name }) => name === peer)?.measured ?? Number.NaN
  return [
    { what, measured: ours, unit: "ms", peers: others },
    { what: `${what} ÷ ${peer}, and each peer`, measured, unit: "×", limit, peers: ratios },
  ]
}
