import { Buffer } from "node:buffer"
import type { ExitStatus } from "../base/exit-status.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { OnOutput } from "../ports/process-group.ts"
import type { Users } from "../ports/users.ts"
import { type HookCall, refusedWork } from "./execute.ts"

/** To a module host. `run` names the process of the service the hook is about. */
export type ToModuleHost =
  | Readonly<{
      tag: "call"
      call: number
      /** The event record, and `pm2_env`. */
      info: Readonly<Record<string, unknown>>
      run?: string
    }>
  /** Fires the AbortSignal of a call. */
  | Readonly<{ tag: "abort"; call: number }>
  /** What the service printed; base64. From the launcher itself. */
  | Readonly<{ tag: "output"; run: string; stream: "stdout" | "stderr"; bytes: string }>
  /** The process of a service ended: its streams end. */
  | Readonly<{ tag: "run-ended"; run: string }>

/** From a module host. */
export type FromModuleHost =
  /** `answer`: the boolean it returned. `problem`: it failed. */
  | Readonly<{ tag: "done"; call: number; answer?: boolean; problem?: string }>
  | Readonly<{ tag: "said"; call: number; stream: "stdout" | "stderr"; text: string }>
  /** For the standard input of a service; base64. */
  | Readonly<{ tag: "input"; run: string; bytes: string }>

/** The process that runs one module. Nothing of it fails: a process that is gone hears nothing. */
export type ModuleProcess = Readonly<{
  /** Resolves when it has begun, or will never begin. */
  started: Promise<unknown>
  send(message: ToModuleHost): void
  kill(): void
  /** Lets it hear what this run of a service prints. */
  follow(run: string): void
  /** Writes to the standard input of this run of a service. */
  write(run: string, bytes: Uint8Array): void
}>

/** Starts the host of a module; `ended` is told once. */
export type StartModule = (
  file: string,
  on: Readonly<{ message: (message: FromModuleHost) => void; ended: (status: ExitStatus) => void }>,
) => ModuleProcess

/** One call of a module's main export. */
export type ModuleCall = Readonly<{
  /** Host path. */
  file: string
  /** What the export is called with, besides streams and a signal. */
  info: Readonly<Record<string, unknown>>
  /** The run of the service whose streams it gets. */
  run?: string
  /** Told what came of it, before it is over. */
  onDone?: (done: ModuleDone) => void
}>

/** `answer`: the boolean it returned. `problem`: what it threw, with its stack. */
export type ModuleDone = Readonly<{ answer?: boolean; problem?: string }>

/** Hooks that are JavaScript modules (decisions 23): one child process per file, shared by every hook that names it. */
export type Modules = Readonly<{
  call(call: ModuleCall): HookCall
  /** The process of a service ended. */
  runEnded(run: string): void
  /** Ends every host; resolves when all have ended. */
  close(): Promise<void>
}>

type Pending = Readonly<{
  onOutput: OnOutput
  onDone: ModuleCall["onDone"]
  end: (status: ExitStatus) => void
}>

type ModuleHost = {
  readonly content: string
  readonly peer: ModuleProcess
  readonly ended: Promise<void>
  readonly calls: Map<number, Pending>
  readonly runs: Set<string>
  /** Its file has new content: it goes when it owes nothing. */
  retired: boolean
}

type Context = Readonly<{ files: Pick<FileSystem, "stat" | "readText">; users: Pick<Users, "current"> }>

/** No module was called yet. */
export function createModules(context: Context, start: StartModule): Modules {
  const byFile = new Map<string, ModuleHost>()
  const hosts = new Set<ModuleHost>()
  let numbers = 0

  const hostOf = (file: string, content: string): ModuleHost => {
    const known = byFile.get(file)
    if (known?.content === content) return known
    if (known !== undefined) retire(known)
    const host = startHost(start, file, content, () => {
      hosts.delete(host)
      if (byFile.get(file) === host) byFile.delete(file)
    })
    byFile.set(file, host)
    hosts.add(host)
    return host
  }
  return {
    call(call) {
      const problem = moduleProblem(context, call.file)
      if (problem !== undefined) return refusedWork(problem)
      const host = hostOf(call.file, context.files.readText(call.file))
      numbers += 1
      const number = numbers
      return (onOutput) => callModule(host, number, call, onOutput)
    },
    runEnded(run) {
      for (const { runs, peer } of hosts) if (runs.delete(run)) peer.send({ tag: "run-ended", run })
    },
    async close() {
      const left = [...hosts]
      for (const { peer } of left) peer.kill()
      await Promise.all(left.map(({ ended }) => ended))
    },
  }
}

/** Why a file may not run inside a helper of ours: somebody else could have written it. */
function moduleProblem({ files, users }: Context, file: string): string | undefined {
  const stat = files.stat(file)
  if (stat?.kind !== "file") return "there is no such file"
  const { current } = users
  if (stat.uid !== current.uid && stat.uid !== 0) return `it belongs to neither ${current.name} nor root`
  return (stat.mode & 0o022) === 0 ? undefined : "others may write it; run chmod go-w on it"
}

function startHost(start: StartModule, file: string, content: string, onEnd: () => void): ModuleHost {
  const calls = new Map<number, Pending>()
  let settle: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    settle = resolve
  })
  const peer = start(file, {
    message: (message) => take(host, message),
    ended: (status) => {
      onEnd()
      for (const call of calls.values()) call.end(status)
      settle()
    },
  })
  const host: ModuleHost = { content, peer, ended, calls, runs: new Set(), retired: false }
  return host
}

function retire(host: ModuleHost): void {
  host.retired = true
  if (host.calls.size === 0) host.peer.kill()
}

/** One call as if it were a process: asked to end, its signal is aborted; made to end, the whole host goes. */
async function callModule(host: ModuleHost, number: number, { run, info, onDone }: ModuleCall, onOutput: OnOutput) {
  const { peer, calls, runs } = host
  const exited = new Promise<ExitStatus>((resolve) => {
    const end = (status: ExitStatus) => {
      calls.delete(number)
      if (host.retired) retire(host)
      resolve(status)
    }
    calls.set(number, { onOutput, onDone, end })
  })
  await peer.started
  if (run !== undefined && !runs.has(run)) {
    runs.add(run)
    peer.follow(run)
  }
  peer.send({ tag: "call", call: number, info, ...(run === undefined ? {} : { run }) })
  const signal = (name: string) => {
    if (name === "SIGKILL") peer.kill()
    else peer.send({ tag: "abort", call: number })
  }
  return { pid: 0, exited, gone: exited.then(() => undefined), signal }
}

function take({ calls, peer }: ModuleHost, message: FromModuleHost): void {
  switch (message.tag) {
    case "input":
      return peer.write(message.run, Buffer.from(message.bytes, "base64"))
    case "said":
      return calls.get(message.call)?.onOutput(message.stream, Buffer.from(message.text))
    case "done": {
      const call = calls.get(message.call)
      const { tag: _tag, call: _call, ...done } = message
      if (done.problem !== undefined) call?.onOutput("stderr", Buffer.from(`${done.problem}\n`))
      call?.onDone?.(done)
      return call?.end({ tag: "exited", code: done.problem === undefined ? 0 : 1 })
    }
  }
}
