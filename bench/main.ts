import type { Bench, Row } from "./bench.ts"
import { clusterBench } from "./cluster/cluster.ts"
import { commandBench } from "./command.ts"
import { renderBench } from "./render.ts"
import { installBench } from "./store/install.ts"
import { packBench } from "./store/pack.ts"
import { superviseBenches } from "./supervise/supervise.ts"

const BENCHES: readonly Bench[] = [
  commandBench,
  renderBench,
  installBench,
  packBench,
  ...superviseBenches,
  clusterBench,
]
const SLACK = 3
const WIDTHS = { what: 50, figure: 9, unit: 6 } as const

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const checking = process.argv.includes("--check")
const chosen = BENCHES.filter(({ name }) => words.length === 0 || words.some((word) => isMeant(name, word)))
if (chosen.length === 0) {
  console.error(`there is no such bench; these are: ${BENCHES.map(({ name }) => name).join(", ")}`)
  process.exit(2)
}

function isMeant(name: string, word: string): boolean {
  return name === word || name.startsWith(`${word}.`)
}

function line(what: string, figures: readonly string[], unit: string): string {
  const [first = "", ...others] = figures
  const cells = [first.padStart(WIDTHS.figure), unit.padEnd(WIDTHS.unit)]
  return [what.padEnd(WIDTHS.what), ...cells, ...others.map((figure) => figure.padStart(WIDTHS.figure))].join(" ")
}

/** A figure over its limit is marked. */
function print({ what, measured, unit, limit, peers = [] }: Row, columns: readonly string[]): string {
  const allowed = limit === undefined ? "" : `${measured > limit ? "! " : ""}${round(limit)}`
  const figures = columns.map((name) => peers.find((peer) => peer.name === name)?.measured)
  const others = figures.map((figure) => (figure === undefined ? "-" : round(figure)))
  return line(what, [round(measured), allowed, ...others], unit)
}

function round(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0)
}

const exceeded: Row[] = []
const notes = new Set<string>()
let columns = ""
for (const bench of chosen) {
  const head = line("", ["hab", "limit", ...bench.peers], "")
  if (head !== columns) console.log(`\n${head}`)
  columns = head
  for await (const row of bench.run((text) => notes.add(text))) {
    console.log(print(row, bench.peers))
    if (row.limit !== undefined && row.measured > row.limit * SLACK) exceeded.push(row)
  }
}
for (const note of notes) console.log(`\n${note}`)
if (checking && exceeded.length > 0) {
  console.error(`\nover ${SLACK}× the limit: ${exceeded.map((row) => row.what).join("; ")}`)
  process.exit(1)
}
