import fs from "node:fs"
import { systemHost } from "../../host/host.ts"
import { parentChannel } from "../../host/message-channel.ts"
import { runSupervisor, type SupervisorRequest } from "../../supervisor/boot.ts"

const NOT_UNDER_LAUNCHER = 86

const channel = parentChannel()
if (channel === undefined) {
  fs.writeSync(2, "This is the supervisor's own process; start it with `hab sup run`\n")
  process.exit(NOT_UNDER_LAUNCHER)
}
// The terminal's signals are the launcher's to handle; it tells us what to do.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) process.on(signal, () => undefined)
const request = JSON.parse(process.argv[2] ?? "{}") as SupervisorRequest
const host = systemHost()
const { NODE_CHANNEL_FD: _, ...env } = host.env
runSupervisor({ host: { ...host, env }, channel, request, print: (line) => fs.writeSync(1, `${line}\n`) }).then(
  (code) => process.exit(code),
)
