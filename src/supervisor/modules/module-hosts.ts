import { Buffer } from "node:buffer"
import type { ExitStatus } from "../../base/exit-status.ts"
import { type HookCall, refusedWork } from "../../hooks/execute.ts"
import { operatorEnvironment } from "../../hooks/operator-environment.ts"
import type { JavaScriptCall } from "../../hooks/plan-declared.ts"
import type { OnOutput } from "../../ports/process-group.ts"
import type { SupervisorContext } from "../context.ts"
import type { ExitInbox } from "../launcher/client-groups.ts"
import { moduleInfo } from "./module-info.ts"
import type { FromModuleHost, ToModuleHost } from "./module-protocol.ts"

/** The service name of module hosts in the launcher: no service can have it. */
const OWNER = "hab:modules"

/** Hooks that are JavaScript modules (decisions 23): one child process per file, shared by every hook that names it. */
export type ModuleHosts = Readonly<{
  call(call: JavaScriptCall): HookCall
  /** A message of a process of the launcher. */
  onMessage(id: string, message: unknown): void
  /** The process of a service ended. */
  runEnded(run: string): void
}>

type Call = Readonly<{ onOutput: OnOutput; end: (status: ExitStatus) => void }>

type ModuleHost = {
  readonly id: string
  readonly content: string
  readonly calls: Map<number, Call>
  readonly runs: Set<string>
  started: Promise<string | undefined>
}

/** No module was called yet. */
export function createModuleHosts(context: SupervisorContext, exits: ExitInbox): ModuleHosts {
  const byFile = new Map<string, ModuleHost>()
  const byId = new Map<string, ModuleHost>()
  const token = Buffer.from(context.host.randomBytes(4)).toString("hex")
  let numbers = 0

  const hostOf = (file: string, content: string): ModuleHost => {
    const known = byFile.get(file)
    if (known?.content === content) return known
    // New content is a new instance; the old one goes when it owes nothing.
    if (known !== undefined) byFile.delete(file)
    if (known?.calls.size === 0) context.launcher.signal(known.id, "SIGKILL")
    const id = `module.${token}.${++numbers}`
    const host: ModuleHost = { id, content, calls: new Map(), runs: new Set(), started: Promise.resolve(undefined) }
    byFile.set(file, host)
    byId.set(id, host)
    host.started = start(context, exits, { id, file }, (status) => {
      byId.delete(id)
      if (byFile.get(file) === host) byFile.delete(file)
      for (const call of host.calls.values()) call.end(status)
    })
    return host
  }
  return {
    call(call) {
      const { file } = call
      if (file === undefined) return refusedWork("a function lives in its program only")
      const problem = moduleProblem(context, file)
      if (problem !== undefined) return refusedWork(problem)
      const host = hostOf(file, context.host.files.readText(file))
      const number = ++numbers
      return (onOutput) => callModule(context, host, { number, call, onOutput })
    },
    onMessage(id, message) {
      const host = byId.get(id)
      if (host !== undefined) take(context, host, message as FromModuleHost)
    },
    runEnded(run) {
      for (const host of byId.values()) if (host.runs.delete(run)) send(context, host, { tag: "run-ended", run })
    },
  }
}

/** Why a file may not run inside a helper of ours: somebody else could have written it. */
function moduleProblem({ host }: SupervisorContext, file: string): string | undefined {
  const stat = host.files.stat(file)
  if (stat?.kind !== "file") return "there is no such file"
  const { current } = host.users
  if (stat.uid !== current.uid && stat.uid !== 0) return `it belongs to neither ${current.name} nor root`
  return (stat.mode & 0o022) === 0 ? undefined : "others may write it; run chmod go-w on it"
}

async function start(
  context: SupervisorContext,
  exits: ExitInbox,
  { id, file }: Readonly<{ id: string; file: string }>,
  onEnd: (status: ExitStatus) => void,
): Promise<string | undefined> {
  const { launcher, host, programs } = context
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
  if (result.tag === "not-started") {
    onEnd({ tag: "not-started", cause: result.cause })
    return result.cause
  }
  void ended.then((exit) => {
    launcher.acknowledge(exit.id)
    onEnd(exit.status)
  })
  return undefined
}

/** One call as if it were a process: asked to end, its signal is aborted; made to end, the whole host goes. */
async function callModule(
  context: SupervisorContext,
  host: ModuleHost,
  { number, call, onOutput }: Readonly<{ number: number; call: JavaScriptCall; onOutput: OnOutput }>,
) {
  const exited = new Promise<ExitStatus>((resolve) => {
    const end = (status: ExitStatus) => {
      host.calls.delete(number)
      resolve(status)
    }
    host.calls.set(number, { onOutput, end })
  })
  await host.started
  const { run, info } = moduleInfo(call)
  if (run !== undefined && !host.runs.has(run)) {
    host.runs.add(run)
    context.launcher.copyOutput(run, host.id)
  }
  send(context, host, { tag: "call", call: number, info, ...(run === undefined ? {} : { run }) })
  const signal = (name: string) => {
    if (name === "SIGKILL") context.launcher.signal(host.id, "SIGKILL")
    else send(context, host, { tag: "abort", call: number })
  }
  return { pid: 0, exited, gone: exited.then(() => undefined), signal }
}

function take(context: SupervisorContext, host: ModuleHost, message: FromModuleHost): void {
  switch (message.tag) {
    case "input":
      return context.launcher.writeInput(message.run, Buffer.from(message.bytes, "base64"))
    case "said":
      return host.calls.get(message.call)?.onOutput(message.stream, Buffer.from(message.text))
    case "done": {
      const call = host.calls.get(message.call)
      if (message.problem !== undefined) call?.onOutput("stderr", Buffer.from(`${message.problem}\n`))
      return call?.end({ tag: "exited", code: message.problem === undefined ? 0 : 1 })
    }
  }
}

function send({ launcher }: SupervisorContext, { id }: ModuleHost, message: ToModuleHost): void {
  launcher.send(id, message)
}
