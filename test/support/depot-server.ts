import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import path from "node:path"
import { afterAll } from "vitest"
import { type Hab, project } from "./hab.ts"

const running = new Set<ReturnType<typeof spawn>>()

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
})

export type DepotServer = Readonly<{ url: string; token: string; stop(): Promise<number | null> }>

/** `hab depot serve` over a folder of the root, on a free port. */
export async function serveDepot(hab: Hab, folder = "depot"): Promise<DepotServer> {
  const argv = [path.join(project, "bin/hab"), "depot", "serve", hab.path(folder), "--listen", "127.0.0.1:0"]
  const child = spawn(process.execPath, argv, { env: hab.env, stdio: ["ignore", "pipe", "ignore"] })
  running.add(child)
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  const url = await new Promise<string>((resolve, reject) => {
    let text = ""
    child.stdout.on("data", (chunk) => {
      text += chunk
      const found = / on (http:\S+)\n/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    void ended.then(() => reject(new Error(`hab depot serve ended: ${text}`)))
  })
  const token = /^(\S+) \*$/m.exec(readFileSync(hab.path(`${folder}/tokens`), "utf8"))?.[1] ?? ""
  return {
    url,
    token,
    stop() {
      child.kill("SIGTERM")
      return ended.finally(() => running.delete(child))
    },
  }
}
