/** One measured figure. With a limit, `npm run bench -- --check` fails when it is exceeded threefold. */
export type Row = Readonly<{
  what: string
  measured: number
  unit: string
  /** What the design allows, in the same unit. */
  limit?: number
  /** Who it is compared with, and their figures in the same run, in the same unit. */
  peers?: readonly Peer[]
}>

export type Peer = Readonly<{ name: string; measured: number }>

export type Bench = Readonly<{
  /** `npm run bench -- NAME` runs it alone; `a` all whose names begin with `a.`. */
  name: string
  /** Who may be compared with, each in a column. */
  peers: readonly string[]
  /** Gives its rows as they are measured. Who is missing is told through `note`. */
  run: (note: (text: string) => void) => AsyncIterable<Row>
}>

/** The middle one of the numbers: what a median run shows. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** The number that this part of them (0.99) does not exceed. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** Median of the milliseconds `times` runs of something take. */
export async function medianMs(times: number, run: () => unknown): Promise<number> {
  const elapsed: number[] = []
  for (let index = 0; index < times; index++) {
    const start = performance.now()
    await run()
    elapsed.push(performance.now() - start)
  }
  return median(elapsed)
}
