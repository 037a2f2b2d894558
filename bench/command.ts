import { spawnSync } from "node:child_process"
import path from "node:path"
import { type Bench, medianMs } from "./bench.ts"

const RUNS = 15

/** A trivial command beside an empty Node (limit 1.5×). NODE_EXTRA_CA_CERTS alone would add 30 ms to both. */
export const commandBench: Bench = {
  name: "command",
  async run() {
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
    const node = (...args: string[]) => spawnSync(process.execPath, args, { env, stdio: "ignore" })
    const hab = path.resolve("bin/hab")
    const empty = await medianMs(RUNS, () => node("-e", "0"))
    const commands = [["--version"], ["pkg", "list", "--all"], ["svc", "status"]]
    const rows = []
    for (const words of commands) {
      const measured = await medianMs(RUNS, () => node(hab, ...words))
      const what = `hab ${words.join(" ")} ÷ node -e 0`
      rows.push({
        what,
        measured: measured / empty,
        unit: "×",
        limit: 1.5,
        peers: [{ name: "node -e 0, ms", measured: empty }],
      })
    }
    return rows
  },
}
