import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import fs from "node:fs"
import net from "node:net"
import os from "node:os"
import path from "node:path"
import type { Duplex } from "node:stream"
import type { ExitStatus } from "../base/exit-status.ts"
import type { ShellCommand, ShellProcess, Shells } from "../ports/shell.ts"

const KILL_AFTER_MS = 900
const REMIND_MS = 100
const DRAIN_MS = 1_000

/** Children whose output goes through a FIFO: what they run may open /dev/stdout, which fails on Node's socket pairs. */
export const systemShells: Shells = { start }

function start(command: ShellCommand): ShellProcess {
  const pipe = openPipe()
  const [file, ...args] = command.argv
  const child = spawn(file, args, {
    cwd: command.cwd,
    env: { ...command.env },
    detached: true,
    stdio: ["ignore", pipe.write, pipe.write, "pipe"],
  })
  fs.closeSync(pipe.write)
  const output = new net.Socket({ fd: pipe.read, readable: true, writable: false })
  const channel = child.stdio[3] as Duplex
  output.on("data", command.onOutput)
  channel.on("data", command.onMessage)
  // A shell that died leaves its channel broken; its exit status tells the story.
  for (const stream of [output, channel]) stream.on("error", () => undefined)
  return {
    send: (text) => void (channel.writable && channel.write(text)),
    exited: ended(child, [output, channel]),
    end: () => endGroup(child),
  }
}

/** A pipe without a name: the FIFO is unlinked as soon as both ends are open. */
function openPipe(): { read: number; write: number } {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "hab-shell-"))
  const fifo = path.join(directory, "output")
  try {
    const made = spawnSync("mkfifo", ["-m", "600", fifo], { stdio: "ignore" })
    if (made.status !== 0) throw Object.assign(new Error(`EIO: mkfifo failed for '${fifo}'`), { code: "EIO" })
    const read = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)
    return { read, write: fs.openSync(fifo, fs.constants.O_WRONLY) }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

async function ended(child: ChildProcess, streams: readonly Duplex[]): Promise<ExitStatus> {
  const status = await new Promise<ExitStatus>((resolve) => {
    child.once("error", (error) => resolve({ tag: "not-started", cause: error.message }))
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { tag: "exited", code: code ?? 0 } : { tag: "signaled", signal }),
    )
  })
  signalGroup(child.pid, "SIGTERM")
  await Promise.race([
    Promise.all(streams.map(closed)),
    new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref()),
  ])
  signalGroup(child.pid, "SIGKILL")
  for (const stream of streams) stream.destroy()
  return status
}

function closed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.readableEnded || stream.destroyed) return resolve()
    stream.once("end", resolve)
    stream.once("close", resolve)
  })
}

/** bash heeds a signal only when its foreground child ends, and a child started just after the signal never got it. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  signalGroup(child.pid, "SIGTERM")
  const reminding = setInterval(() => signalGroup(child.pid, "SIGTERM"), REMIND_MS)
  const killing = setTimeout(() => signalGroup(child.pid, "SIGKILL"), KILL_AFTER_MS)
  child.once("exit", () => {
    clearInterval(reminding)
    clearTimeout(killing)
  })
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Nothing of the group is left, which is what we want.
  }
}
