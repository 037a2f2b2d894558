import type { Bench, Row } from "./bench.ts"
import { commandBench } from "./command.ts"
import { renderBench } from "./render.ts"
import { superviseBench } from "./supervise/supervise.ts"

const BENCHES: readonly Bench[] = [commandBench, renderBench, superviseBench]
const SLACK = 3

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const checking = process.argv.includes("--check")
const chosen = words.length === 0 ? BENCHES : BENCHES.filter((bench) => words.includes(bench.name))

function print(row: Row): string {
  const limit = row.limit === undefined ? "" : `limit ${round(row.limit)}`
  const peers = (row.peers ?? []).map(({ name, measured }) => `${name} ${round(measured)}`).join(", ")
  return `${row.what.padEnd(52)} ${round(row.measured).padStart(9)} ${row.unit.padEnd(6)} ${limit.padEnd(14)} ${peers}`
}

function round(value: number): string {
  return value.toFixed(Math.abs(value) < 100 ? 2 : 0)
}

const exceeded: Row[] = []
for (const bench of chosen) {
  console.log(`\n${bench.name}`)
  for (const row of await bench.run()) {
    console.log(print(row))
    if (row.limit !== undefined && row.measured > row.limit * SLACK) exceeded.push(row)
  }
}
if (checking && exceeded.length > 0) {
  console.error(`\nover ${SLACK}× the limit: ${exceeded.map((row) => row.what).join("; ")}`)
  process.exit(1)
}
