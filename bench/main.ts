import type { Bench, Row } from "./bench.ts"
import { commandBench } from "./command.ts"
import { renderBench } from "./render.ts"

const BENCHES: readonly Bench[] = [commandBench, renderBench]
const SLACK = 3

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const checking = process.argv.includes("--check")
const chosen = words.length === 0 ? BENCHES : BENCHES.filter((bench) => words.includes(bench.name))

function print(row: Row): string {
  const limit = row.limit === undefined ? "" : `limit ${row.limit}`
  const peer = row.peer === undefined ? "" : `${row.peer.name} ${row.peer.measured.toFixed(2)}`
  return `${row.what.padEnd(52)} ${row.measured.toFixed(2).padStart(9)} ${row.unit.padEnd(6)} ${limit.padEnd(12)} ${peer}`
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
