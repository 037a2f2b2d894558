import { readdirSync } from "node:fs"
import { systemExecPlace } from "../../src/host/exec-place.ts"
import { createNamespace } from "../../src/host/namespace.ts"
import { createProcessGroups } from "../../src/host/process-group.ts"

/** Program: runs a script in the namespace of a hab directory; prints its output and what is there when all is gone. */
async function main(hab: string, fifoDirectory: string, script: string): Promise<void> {
  const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const namespace = await createNamespace(hab, user)
  if (namespace === undefined) return void process.stdout.write("refused\n")
  const groups = createProcessGroups({ fifoDirectory, place: systemExecPlace(namespace) })
  const command = { label: "it", runId: `ns-${process.pid}`, argv: ["sh", "-c", script], env: process.env } as const
  const group = await groups.start({ ...command, env: { PATH: process.env["PATH"] ?? "" } }, (_, bytes) => {
    process.stdout.write(Uint8Array.from(bytes))
  })
  await group.exited
  await group.gone
  process.stdout.write(`gone: ${readdirSync(hab).sort().join(" ")}\n`)
  groups.close()
}

const [hab = "", fifoDirectory = "", script = ""] = process.argv.slice(2)
void main(hab, fifoDirectory, script)
