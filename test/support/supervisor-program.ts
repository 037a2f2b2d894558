import { appendFileSync } from "node:fs"
import { required } from "../../src/base/assert.ts"
import { parentChannel } from "../../src/host/message-channel.ts"
import { connectToLauncher, type LauncherClient } from "../../src/supervisor/launcher/client.ts"
import type { ProcessRequest } from "../../src/supervisor/launcher/protocol.ts"

/**
 * Program: asks its launcher for the processes given, unless it was respawned or finds some in the snapshot, and writes
 * every event as a line of JSON into a journal. Hooks are waited for. On shutdown it ends all runs. `{"exit": n}` instead of requests: exits
 * with that code before it is ready.
 */
async function main(journal: string, requests: { exit: number } | readonly ProcessRequest[]): Promise<void> {
  const note = (event: object) => appendFileSync(journal, `${JSON.stringify({ supervisor: process.pid, ...event })}\n`)
  const runs = new Set<string>()
  const ended = new Map<string, () => void>()
  let client: LauncherClient | undefined
  const stop = async () => {
    const { emptied, signal, shutdownDone } = required(client, "client")
    const gone = [...runs].map((run) => emptied(run))
    for (const run of runs) signal(run, "SIGKILL")
    await Promise.all(gone)
    note({ tag: "all-stopped" })
    shutdownDone()
    process.exit(0)
  }
  client = await connectToLauncher(required(parentChannel(), "channel"), {
    onExit(exit) {
      note({ ...exit, tag: "exited" })
      client?.acknowledge(exit.id)
      ended.get(exit.id)?.()
    },
    onShutdown: (forced) => void (forced || stop()),
    onReload: () => process.exit(0),
    onLost() {
      note({ tag: "lost" })
      process.exit(1)
    },
  })
  note(client.hello)
  for (const { runId } of client.left()) runs.add(runId)
  if ("exit" in requests) process.exit(requests.exit)
  client.ready()
  process.stdout.write("hab-sup(MR): ready\n")
  if (client.hello.respawned || client.left().length > 0) return
  for (const request of requests) {
    runs.add(request.runId)
    const end = new Promise<void>((resolve) => ended.set(request.id, resolve))
    note({ id: request.id, ...(await client.spawn(request)) })
    if (request.kind === "hook") await end
  }
}

const [journal = "", requests = "[]"] = process.argv.slice(2)
void main(journal, JSON.parse(requests))
