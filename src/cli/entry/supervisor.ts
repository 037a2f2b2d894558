import fs from "node:fs"
import { systemHost } from "../../host/host.ts"
import { parentChannel } from "../../host/message-channel.ts"
import { runSupervisor, type SupervisorRequest } from "../../supervisor/boot.ts"

const NOT_UNDER_LAUNCHER = 86
const BUG = 70

const channel = parentChannel()
if (channel === undefined) {
  fs.writeSync(2, "This is the supervisor's own process; start it with `hab sup run`\n")
  process.exit(NOT_UNDER_LAUNCHER)
}
// Signals are the launcher's to handle, which tells us what to do; of these one would open Node's debugger.
const IGNORED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2"] as const
for (const signal of IGNORED) process.on(signal, () => undefined)
// Node would print the whole line of the bundle; the launcher starts another supervisor.
process.on("uncaughtException", (error) => {
  fs.writeSync(2, `This is a bug in hab; the supervisor starts anew: ${error.stack ?? error.message}\n`)
  process.exit(BUG)
})
const request = JSON.parse(process.argv[2] ?? "{}") as SupervisorRequest
const host = systemHost()
const { NODE_CHANNEL_FD: _, ...env } = host.env
runSupervisor({ host: { ...host, env }, channel, request, print: (line) => fs.writeSync(1, `${line}\n`) }).then(
  (code) => process.exit(code),
)
