import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { type Bench, median } from "./bench.ts"

const ROUNDS = 41
const LIMIT = 1.5
const COMMANDS = [["--version"], ["pkg", "list", "--all"], ["svc", "status"], ["plan", "--help"]]

/**
 * Trivial commands as a user runs them, in an empty root, beside an empty Node (limit 1.5×), in turns. NODE_EXTRA_CA_CERTS
 * alone would add 30 ms to both.
 */
export const commandBench: Bench = {
  name: "command",
  peers: ["node -e 0"],
  async *run() {
    const hab = path.resolve("bin/hab")
    const root = mkdtempSync(path.join(os.tmpdir(), "hab-bench-"))
    const commands = [[process.execPath, "-e", "0"], ...COMMANDS.map((words) => [hab, ...words])]
    const runs = commands.map((argv) => ({ argv, ms: [] as number[] }))
    for (let round = 0; round < ROUNDS; round++) for (const { argv, ms } of runs) ms.push(elapsedMs(argv, root))
    rmSync(root, { recursive: true, force: true })
    const [empty = Number.NaN, ...ours] = runs.map(({ ms }) => median(ms))
    for (const [index, measured] of ours.entries()) {
      const what = `hab ${COMMANDS[index]?.join(" ")}`
      yield { what, measured, unit: "ms", limit: empty * LIMIT, peers: [{ name: "node -e 0", measured: empty }] }
    }
  },
}

function elapsedMs([program = "", ...args]: readonly string[], root: string): number {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  const startedMs = performance.now()
  spawnSync(program, args, { env: { ...env, FS_ROOT: root }, stdio: "ignore" })
  return performance.now() - startedMs
}
