import { HabError } from "../../base/errors.ts"
import { launcherNote, type SupervisorStatus, supervisorText } from "../../supervisor/gateway/supervisor-status.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { ask, askIfRunning } from "../operations.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"
import { nobodyAnswers, signalLauncher, supervisorAbsent } from "../supervisor-lock.ts"
import { type Look, lookAgain } from "../waiting/look-again.ts"

const RESTART_LIMIT_SEC = 30

/** `hab sup status`: the two processes of a supervisor, and how many services they keep. */
export const supervisorStatusCommand = defineCommand({
  name: "status",
  summary: "Show the supervisor of this root: its processes, how long they are up, how many services run",
  examples: ["hab sup status", "hab sup status --json"],
  options: { json: { kind: "flag", summary: "Print JSON" }, ...REMOTE_OPTION },
  async run({ options }, context) {
    const status = await askStatus(context)
    if (status === undefined) throw await nobodyAnswers(context)
    if (options.json) return { text: JSON.stringify(status) }
    const note = launcherNote(status)
    if (note !== undefined) context.report({ tag: "note", text: note })
    return { text: supervisorText(status) }
  },
})

/** `hab sup restart` (spec supervisor §1.8): a new supervisor process; the launcher and all services stay. */
export const restartSupervisorCommand = defineCommand({
  name: "restart",
  summary: "Replace the supervisor process, for a new version or a changed sup.toml; services keep running",
  examples: ["hab sup restart"],
  options: { detach: { kind: "flag", short: "d", summary: "Do not wait for the new one" }, ...REMOTE_OPTION },
  async run({ options }, context) {
    const before = (await askStatus(context))?.pid
    await askForRestart(context)
    if (options.detach) return {}
    const { pid, services } = await otherThan(context, before)
    const kept = `${services.up} ${services.up === 1 ? "service" : "services"}`
    return { text: `Supervisor restarted as process ${pid}; ${kept} kept running` }
  },
})

/** The next supervisor that is another process. */
function otherThan(context: CommandContext, before: number | undefined): Promise<SupervisorStatus> {
  const look = async (): Promise<Look<SupervisorStatus, undefined>> => {
    const status = await askStatus(context)
    if (status === undefined || status.pid === before) return { tag: "open", open: undefined }
    return { tag: "over", value: status }
  }
  return lookAgain(context, look, {
    timeoutSec: RESTART_LIMIT_SEC,
    late: () => nobodyAnswers(context),
    interrupted: () => new HabError("SUPERVISOR_SILENT", "interrupted"),
  })
}

/** Here its launcher is told, which works when the supervisor does not answer; from elsewhere the supervisor is. */
async function askForRestart(context: CommandContext): Promise<void> {
  const { host, layout, report } = context
  const remote = await context.remote()
  if (remote !== undefined) {
    report({ tag: "begin", text: `Restarting supervisor ${remote.url}` })
    await ask(context, { method: "POST", path: "/supervisor/restart" })
    return
  }
  if (!(await signalLauncher(host, layout, "SIGHUP"))) throw supervisorAbsent(layout)
  report({ tag: "begin", text: `Restarting supervisor of ${layout.hab}` })
}

function askStatus(context: CommandContext): Promise<SupervisorStatus | undefined> {
  return askIfRunning<SupervisorStatus>(context, { method: "GET", path: "/supervisor" })
}
