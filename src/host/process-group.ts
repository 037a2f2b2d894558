import { type ChildProcess, type StdioOptions, spawn } from "node:child_process"
import fs from "node:fs"
import { clearInterval, setInterval } from "node:timers"
import { describeSystemError } from "../base/describe-system-error.ts"
import { isSystemError, messageOf } from "../base/errors.ts"
import type { ExitStatus } from "../base/exit-status.ts"
import type { MessageChannel } from "../ports/message-channel.ts"
import type {
  GroupCommand,
  LeftProcess,
  OnOutput,
  OwnedGroup,
  ProcessIdentity,
  RunGroups,
  StreamPaths,
} from "../ports/process-group.ts"
import { type ExecPlace, execChain } from "./exec-chain.ts"
import { type InputPipe, openInputPipe } from "./input-pipe.ts"
import { childChannel } from "./message-channel.ts"
import { bootId, isAlive, readStat } from "./process-table.ts"
import { createRunWatch, type RunWatch } from "./run-watch.ts"
import { openForCommand } from "./stream-channel.ts"
import { createStreamChannels, type StreamChannels, type StreamLease } from "./stream-channels.ts"

const ADOPTED_POLL_MS = 1_000

type Context = Readonly<{ place: ExecPlace; watch: RunWatch; channels: StreamChannels }>

/** Real process groups. `fifoDirectory` is created and becomes ours: `close` removes it. */
export function createProcessGroups(options: Readonly<{ fifoDirectory: string; place: ExecPlace }>): RunGroups {
  const watch = createRunWatch()
  const channels = createStreamChannels(options.fifoDirectory, watch.isOccupied)
  const context: Context = { place: options.place, watch, channels }
  return {
    start: (command, onOutput) => start(context, command, onOutput),
    inherit: watch.inherit,
    adopt: (left, onOutput) => adopt(context, left, onOutput),
    signalRun: watch.signal,
    emptied: watch.emptied,
    isEmpty: watch.isEmpty,
    close: channels.close,
  }
}

async function start(context: Context, command: GroupCommand, onOutput: OnOutput): Promise<OwnedGroup> {
  const { channels, place, watch } = context
  let lease: StreamLease | undefined
  try {
    lease = await channels.lease(command.label, command.user)
    lease.channel.deliverTo(onOutput)
    const stdin = command.stdin === "pipe" ? await channels.makeInput(command.label, command.user) : undefined
    const streams = { ...lease.channel.paths, ...(stdin === undefined ? {} : { stdin }) }
    const input = stdin === undefined ? undefined : openInputPipe(stdin)
    const child = spawnCommand(place, command, streams)
    const identity = identityOf(child.pid)
    if (identity !== undefined) watch.add(command.runId, identity, true)
    const exited = statusOf(child).then((status) => {
      settle(context, lease, child.pid ?? 0)
      input?.close()
      return status
    })
    const channel = command.channel === true && identity !== undefined ? childChannel(child) : undefined
    return describeGroup({ watch, runId: command.runId, identity, streams, input, exited, channel })
  } catch (error) {
    lease?.release(0)
    const status: ExitStatus = { tag: "not-started", cause: describeCause(error) }
    return describeGroup({ watch, runId: command.runId, exited: Promise.resolve(status) })
  }
}

function adopt(context: Context, left: LeftProcess, onOutput: OnOutput): OwnedGroup | undefined {
  const { identity, runId, streams } = left
  if (!isAlive(identity)) return undefined
  const lease = streams === undefined ? undefined : context.channels.reopen(left.label, streams)
  lease?.channel.deliverTo(onOutput)
  context.watch.add(runId, identity, false)
  const exited = endOf(identity).then((): ExitStatus => {
    settle(context, lease, identity.pid)
    return { tag: "unknown" }
  })
  return describeGroup({ watch: context.watch, runId, identity, streams, exited })
}

/** Delivers what was printed before the end; the streams stay open for who else holds them. */
function settle({ watch }: Context, lease: StreamLease | undefined, pid: number): void {
  lease?.channel.drain()
  watch.leaderExited(pid)
  lease?.release(pid)
}

type Group = Readonly<{
  watch: RunWatch
  runId: string
  exited: Promise<ExitStatus>
  identity?: ProcessIdentity | undefined
  streams?: StreamPaths | undefined
  input?: InputPipe | undefined
  channel?: MessageChannel | undefined
}>

function describeGroup({ watch, runId, exited, identity, streams, input, channel }: Group): OwnedGroup {
  let gone: Promise<void> | undefined
  return {
    pid: identity?.pid ?? 0,
    identity,
    streams,
    exited,
    signal: (signal) => watch.signal(runId, signal),
    get gone() {
      gone ??= watch.emptied(runId)
      return gone
    },
    writeInput: (bytes) => input?.write(bytes) ?? false,
    closeInput: () => input?.close(),
    ...(channel === undefined ? {} : { channel }),
  }
}

function spawnCommand(place: ExecPlace, command: GroupCommand, streams: StreamPaths): ChildProcess {
  const chain = execChain(command, place)
  const [file, ...args] = chain.argv
  const ends = openForCommand(streams)
  const stdio: StdioOptions = [ends.stdin ?? "ignore", ends.stdout, ends.stderr]
  try {
    return spawn(file, args, {
      stdio: command.channel === true ? [...stdio, "ipc"] : stdio,
      env: chain.env,
      // A session of its own: the pid is the group's id, and Ctrl-C in our terminal does not reach it.
      detached: true,
      ...(chain.cwd === undefined ? {} : { cwd: chain.cwd }),
      ...(chain.uid === undefined ? {} : { uid: chain.uid }),
      ...(chain.gid === undefined ? {} : { gid: chain.gid }),
    })
  } finally {
    for (const descriptor of Object.values(ends)) fs.closeSync(descriptor)
  }
}

function statusOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) => {
    child.on("error", (error) => {
      if (child.pid === undefined) resolve({ tag: "not-started", cause: describeCause(error) })
    })
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { tag: "exited", code: code ?? 0 } : { tag: "signaled", signal }),
    )
  })
}

function endOf(identity: ProcessIdentity): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return
      clearInterval(timer)
      resolve()
    }, ADOPTED_POLL_MS)
  })
}

/** Our child keeps its pid until we reap it, even when it has ended already. */
function identityOf(pid: number | undefined): ProcessIdentity | undefined {
  const stat = pid === undefined ? undefined : readStat(pid)
  return pid === undefined || stat === undefined ? undefined : { pid, startTime: stat.startTime, bootId: bootId() }
}

function describeCause(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException
  // Not the command's, but what it needs: its streams.
  if (isSystemError(error) && syscall?.startsWith("spawn") !== true) return describeSystemError(error)
  if (code === "ENOENT") return "no such file, or the interpreter its first line names is missing (ENOENT)"
  if (code === "EACCES") return "it is not executable (EACCES)"
  return messageOf(error)
}
