import { spawnSync } from "node:child_process"
import path from "node:path"
import { type Bench, median } from "./bench.ts"

const ROUNDS = 21
const LIMIT = 1.5
const COMMANDS = [["--version"], ["pkg", "list", "--all"], ["svc", "status"], ["plan", "--help"]]

/** Trivial commands beside an empty Node (limit 1.5×), in turns. NODE_EXTRA_CA_CERTS alone would add 30 ms to both. */
export const commandBench: Bench = {
  name: "command",
  peers: ["node -e 0"],
  async *run() {
    const hab = path.resolve("bin/hab")
    const runs = [["-e", "0"], ...COMMANDS.map((words) => [hab, ...words])].map((args) => ({
      args,
      ms: [] as number[],
    }))
    for (let round = 0; round < ROUNDS; round++) for (const { args, ms } of runs) ms.push(elapsedMs(args))
    const [empty = Number.NaN, ...ours] = runs.map(({ ms }) => median(ms))
    for (const [index, measured] of ours.entries()) {
      const what = `hab ${COMMANDS[index]?.join(" ")}`
      yield { what, measured, unit: "ms", limit: empty * LIMIT, peers: [{ name: "node -e 0", measured: empty }] }
    }
  },
}

function elapsedMs(args: readonly string[]): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const startedMs = performance.now()
  spawnSync(process.execPath, args, { env, stdio: "ignore" })
  return performance.now() - startedMs
}
