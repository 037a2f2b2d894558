import fs from "node:fs"
import { Socket } from "node:net"
import { setTimeout } from "node:timers"
import tty from "node:tty"
import type { OutputSink } from "../ports/output-sink.ts"

const TERMINAL_RETRY_MS = 20
/** Costs the lines at hand; the next ones may find room. */
const DISK_TROUBLE = ["ENOSPC", "EDQUOT", "EIO"]
const { O_NOCTTY, O_NONBLOCK, O_WRONLY } = fs.constants

type Write = OutputSink["write"]

/**
 * A descriptor of ours, written without ever blocking us. Node's own streams write to pipes and terminals synchronously,
 * and a thread blocked in a write would keep the whole process from exiting, so pipes and terminals are opened anew in
 * non-blocking mode; the other processes that share them notice nothing.
 */
export function descriptorSink(descriptor: number): OutputSink {
  const isTerminal = tty.isatty(descriptor)
  return { isTerminal, write: isTerminal ? terminalWriter(descriptor) : writerFor(descriptor) }
}

function writerFor(descriptor: number): Write {
  const stat = fs.fstatSync(descriptor)
  if (stat.isFIFO() || stat.isSocket()) return streamWriter(openAnew(descriptor) ?? descriptor)
  return fileWriter(descriptor)
}

/** Undefined for sockets, which have no name to open, and where somebody else owns the pipe. */
function openAnew(descriptor: number): number | undefined {
  try {
    return fs.openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return undefined
  }
}

function streamWriter(descriptor: number): Write {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true })
  // The callback of the write tells as well.
  socket.on("error", () => socket.destroy())
  socket.unref()
  return (bytes, done) => {
    if (!socket.writable) return done("broken")
    socket.write(bytes, (error) => done(error == null ? "written" : "broken"))
  }
}

function terminalWriter(descriptor: number): Write {
  const terminal = openAnew(descriptor)
  return terminal === undefined ? fileWriter(descriptor) : (bytes, done) => writeToTerminal(terminal, bytes, 0, done)
}

/** A terminal that was stopped takes nothing; there is no event for when it goes on that Node would give us. */
function writeToTerminal(terminal: number, bytes: Uint8Array, from: number, done: Parameters<Write>[1]): void {
  let at = from
  try {
    while (at < bytes.length) at += fs.writeSync(terminal, bytes, at)
    done("written")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return done("broken")
    setTimeout(() => writeToTerminal(terminal, bytes, at, done), TERMINAL_RETRY_MS).unref()
  }
}

/** Files and devices: a thread of the pool writes, in the order given. */
function fileWriter(descriptor: number): Write {
  const write = (bytes: Uint8Array, from: number, done: Parameters<Write>[1]): void => {
    if (from >= bytes.length) return done("written")
    fs.write(descriptor, bytes, from, bytes.length - from, null, (error, written) => {
      if (error === null) write(bytes, from + written, done)
      else done(DISK_TROUBLE.includes(error.code ?? "") ? "written" : "broken")
    })
  }
  return (bytes, done) => write(bytes, 0, done)
}
