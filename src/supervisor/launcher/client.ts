import { Buffer } from "node:buffer"
import { HabError } from "../../base/errors.ts"
import type { ExitStatus } from "../../base/exit-status.ts"
import type { MessageChannel } from "../../ports/message-channel.ts"
import { parseFromLauncher } from "./parse-message.ts"
import {
  type FromLauncher,
  type OutputSummary,
  PROTOCOL_OLDEST,
  PROTOCOL_VERSION,
  type ProcessRequest,
  type ProcessState,
  type ToLauncher,
} from "./protocol.ts"

export type Hello = Omit<Extract<FromLauncher, { tag: "hello" }>, "processes">
export type SpawnResult =
  | Readonly<{ tag: "started"; pid: number; startedMs: number }>
  | Readonly<{ tag: "not-started"; cause: string }>

/** An end of a process the supervisor asked for, or found in the snapshot. Acknowledge it when it is dealt with. */
export type ProcessExit = Readonly<{ id: string; status: ExitStatus; output?: OutputSummary }>

export type LauncherHandlers = Readonly<{
  onExit(exit: ProcessExit): void
  /** Said by a process with a channel. */
  onMessage?(id: string, message: unknown): void
  /** Stop every service, call `shutdownDone`, exit. Comes again, `forced`, when somebody is impatient. */
  onShutdown(forced: boolean): void
  /** Exit 0, services stay. */
  onReload(): void
  /** The launcher is dead: exit at once, run no hook, stop nothing (decisions C). */
  onLost(): void
}>

/** The launcher as the supervisor uses it. */
export type LauncherClient = Readonly<{
  hello: Hello
  /** What earlier supervisors started and nobody dealt with the end of, as it is now. */
  left(): readonly ProcessState[]
  /** Tells that boot is over. */
  ready(): void
  spawn(request: ProcessRequest): Promise<SpawnResult>
  signal(runId: string, signal: string): void
  /** Resolves when nothing of the run is left. */
  emptied(runId: string): Promise<void>
  acknowledge(id: string): void
  writeInput(id: string, bytes: Uint8Array): void
  closeInput(id: string): void
  /** To a process with a channel. */
  send(id: string, message: object): void
  /** What `from` printed and prints, to `to`. */
  copyOutput(from: string, to: string): void
  shutdownDone(): void
  /** Asks for the end of everything, as a signal would; the launcher then exits with this code. */
  end(exitCode: number): void
}>

/** What was asked and not answered yet, and what the launcher told unasked. */
type State = Readonly<{
  asked: Map<number, Readonly<{ run: string; resolve: (result: SpawnResult) => void }>>
  awaited: Map<string, (() => void)[]>
  /** Runs that ended with their process, until something is started in them. */
  empty: Set<string>
  left: Map<string, ProcessState>
}>

/**
 * Waits for the launcher's hello. Throws `LAUNCHER_PROTOCOL` when it is older than this supervisor can work with.
 * Messages it sends that we do not know are passed over: it may be newer.
 */
export async function connectToLauncher(channel: MessageChannel, handlers: LauncherHandlers): Promise<LauncherClient> {
  const state: State = { asked: new Map(), awaited: new Map(), empty: new Set(), left: new Map() }
  channel.onClose(handlers.onLost)
  const hello = await new Promise<Hello>((resolve) => {
    channel.onMessage((message) => {
      const known = parseFromLauncher(message)
      if (known?.tag === "hello") {
        for (const one of known.processes) state.left.set(one.id, one)
        resolve(known)
      } else if (known !== undefined) deliver(known, handlers, state)
    })
  })
  checkProtocol(hello)
  return createClient(hello, (message) => channel.send(message), state)
}

function checkProtocol({ protocol, version }: Hello): void {
  if (protocol >= PROTOCOL_OLDEST) return
  throw new HabError("LAUNCHER_PROTOCOL", `the launcher (hab ${version}) speaks protocol ${protocol}, too old for us`, {
    hint: "stop it with 'hab sup term' and start 'hab sup run' again; services restart with it",
  })
}

function createClient(
  hello: Hello,
  send: (message: ToLauncher) => void,
  { asked, awaited, empty, left }: State,
): LauncherClient {
  let requests = 0
  return {
    hello,
    left: () => [...left.values()],
    ready: () => send({ tag: "ready", protocol: Math.min(PROTOCOL_VERSION, hello.protocol) }),
    spawn(wanted) {
      const request = ++requests
      const run = firstPart(wanted.runId)
      empty.delete(run)
      const answer = new Promise<SpawnResult>((resolve) => asked.set(request, { run, resolve }))
      send({ tag: "spawn", request, process: wanted })
      return answer
    },
    signal(runId, signal) {
      if (!empty.has(firstPart(runId))) send({ tag: "signal", runId, signal })
    },
    emptied(runId) {
      if (empty.delete(runId)) return Promise.resolve()
      const waiting = awaited.get(runId) ?? []
      awaited.set(runId, waiting)
      if (waiting.length === 0) send({ tag: "watch-empty", runId })
      return new Promise((resolve) => waiting.push(resolve))
    },
    acknowledge(id) {
      left.delete(id)
      send({ tag: "acknowledge", id })
    },
    writeInput: (id, bytes) => send({ tag: "write-input", id, bytes: Buffer.from(bytes).toString("base64") }),
    closeInput: (id) => send({ tag: "close-input", id }),
    send: (id, message) => send({ tag: "send", id, message }),
    copyOutput: (from, to) => send({ tag: "copy-output", from, to }),
    shutdownDone: () => send({ tag: "shutdown-done" }),
    end: (exitCode) => send({ tag: "end", exitCode }),
  }
}

function deliver(
  message: Exclude<FromLauncher, { tag: "hello" }>,
  handlers: LauncherHandlers,
  { asked, awaited, empty, left }: State,
): void {
  switch (message.tag) {
    case "started":
    case "not-started": {
      const request = asked.get(message.request)
      asked.delete(message.request)
      return request?.resolve(message)
    }
    case "emptied": {
      for (const { id, runId, status } of left.values()) {
        if (status === undefined && firstPart(runId) === message.runId) left.delete(id)
      }
      const waiting = awaited.get(message.runId) ?? []
      awaited.delete(message.runId)
      for (const resolve of waiting) resolve()
      return
    }
    case "exited": {
      const known = left.get(message.id)
      if (known !== undefined) left.set(message.id, { ...known, status: message.status })
      // A hook of it may have been asked for meanwhile.
      if (message.empty === true && ![...asked.values()].some(({ run }) => run === message.id)) empty.add(message.id)
      return handlers.onExit(message)
    }
    case "shutdown":
      return handlers.onShutdown(message.forced)
    case "message":
      return handlers.onMessage?.(message.id, message.message)
    case "reload":
      return handlers.onReload()
  }
}

/** The run that a part of it, `<run>/<n>`, belongs to. */
function firstPart(runId: string): string {
  return runId.split("/", 1)[0] ?? runId
}
