import { spawnSync } from "node:child_process"
import path from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { quantile, type Row } from "../bench.ts"
import { CONTESTANTS } from "./contestants.ts"
import { beatingScript, withSession } from "./session.ts"

const SERVICES = 50
const ASKED = 20
const LIMIT_MS = 200

/** How soon `hab svc status` answers while most services crash as soon as they start and one prints all it can. */
export async function* responsiveRows(): AsyncIterable<Row> {
  const [contestant] = CONTESTANTS
  if (contestant === undefined) return
  const flood = 'yes "a line of a service that prints as much as it can, about a hundred bytes of it at a time"'
  const service = (name: string, fifo: string) => ({
    name,
    script: beatingScript(name, fifo, name === "s0" ? `exec ${flood}` : "exit 1"),
  })
  yield* await withSession({ contestant, count: SERVICES, service }, async ({ env, folder, own }) => {
    const words = ["svc", "status"]
    const [launcher] = own()
    // As root the session has a mount namespace of its own with the root in it; else FS_ROOT names it.
    const inside = ["nsenter", "--mount", "--target", String(launcher)]
    const [file = "env", ...args] = process.getuid?.() === 0 ? inside : ["env"]
    const elapsed: number[] = []
    for (let index = 0; index < ASKED; index++) {
      await pause(100)
      const startedMs = performance.now()
      const { status, stderr } = spawnSync(file, [...args, `${folder}/bin/node`, path.resolve("bin/hab"), ...words], {
        env,
      })
      if (status !== 0) throw new Error(`hab svc status failed: ${stderr}`)
      elapsed.push(performance.now() - startedMs)
    }
    return [
      {
        what: `svc status beside ${SERVICES - 1} crash loops and a flood, slowest`,
        measured: quantile(elapsed, 1),
        unit: "ms",
        limit: LIMIT_MS,
      },
    ]
  })
}
