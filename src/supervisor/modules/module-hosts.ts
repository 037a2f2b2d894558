import { Buffer } from "node:buffer"
import { operatorEnvironment } from "../../base/operator-environment.ts"
import { type HookCall, refusedWork } from "../../hooks/execute.ts"
import type { FromModuleHost } from "../../hooks/modules.ts"
import { createModules, type StartModule } from "../../hooks/modules.ts"
import type { JavaScriptCall } from "../../hooks/plan-declared.ts"
import type { SupervisorContext } from "../context.ts"
import type { ExitInbox } from "../launcher/client-groups.ts"
import { moduleInfo } from "./module-info.ts"

/** The service name of module hosts in the launcher: no service can have it. */
const OWNER = "hab:modules"

/** Hooks of services that are JavaScript modules, in processes of the launcher. */
export type ModuleHosts = Readonly<{
  call(call: JavaScriptCall): HookCall
  /** A message of a process of the launcher. */
  onMessage(id: string, message: unknown): void
  /** The process of a service ended. */
  runEnded(run: string): void
}>

/** No module was called yet. */
export function createModuleHosts(context: SupervisorContext, exits: ExitInbox): ModuleHosts {
  const listeners = new Map<string, (message: FromModuleHost) => void>()
  const token = Buffer.from(context.host.randomBytes(4)).toString("hex")
  let numbers = 0
  const start: StartModule = (file, on) => {
    numbers += 1
    const id = `module.${token}.${numbers}`
    const { launcher } = context
    listeners.set(id, on.message)
    const started = spawn(context, exits, { id, file }, (status) => {
      listeners.delete(id)
      on.ended(status)
    })
    return {
      started,
      send: (message) => launcher.send(id, message),
      kill: () => launcher.signal(id, "SIGKILL"),
      follow: (run) => launcher.copyOutput(run, id),
      write: launcher.writeInput,
    }
  }
  const modules = createModules({ files: context.host.files, users: context.host.users }, start)
  return {
    call(call) {
      const { file } = call
      if (file === undefined) return refusedWork("a function lives in its program only")
      const { run, info } = moduleInfo(call)
      return modules.call({ file, info, ...(run === undefined ? {} : { run }) })
    },
    onMessage: (id, message) => listeners.get(id)?.(message as FromModuleHost),
    runEnded: modules.runEnded,
  }
}

async function spawn(
  { launcher, host, programs }: SupervisorContext,
  exits: ExitInbox,
  { id, file }: Readonly<{ id: string; file: string }>,
  onEnd: Parameters<StartModule>[1]["ended"],
): Promise<void> {
  const ended = exits.next(id)
  const result = await launcher.spawn({
    id,
    kind: "tool",
    service: OWNER,
    runId: id,
    label: `hook-module.${id}`,
    argv: [programs.node, programs.moduleHost, file],
    env: operatorEnvironment(host.env),
    channel: true,
    enclosed: false,
    output: { preamble: `module ${file}`, lines: "hook", headBytes: 0 },
  })
  if (result.tag === "not-started") return onEnd({ tag: "not-started", cause: result.cause })
  void ended.then((exit) => {
    launcher.acknowledge(exit.id)
    onEnd(exit.status)
  })
}
