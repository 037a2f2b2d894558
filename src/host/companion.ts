import { spawn } from "node:child_process"
import type { ExitStatus } from "../base/exit-status.ts"
import type { Companions } from "../ports/companion.ts"

/** Real processes. */
export const systemCompanions: Companions = {
  start([program, ...args], env) {
    const child = spawn(program, args, { env, detached: true, stdio: ["ignore", "inherit", "inherit"] })
    const exited = new Promise<ExitStatus>((resolve) => {
      child.once("error", (error) => resolve({ tag: "not-started", cause: error.message }))
      child.once("exit", (code, signal) =>
        resolve(signal === null ? { tag: "exited", code: code ?? 0 } : { tag: "signaled", signal }),
      )
    })
    return { exited, signal: (name) => void child.kill(name) }
  },
}
