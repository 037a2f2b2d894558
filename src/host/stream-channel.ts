import fs from "node:fs"
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net"
import type { OnOutput, StreamName, StreamPaths } from "../ports/process-group.ts"

/** A FIFO holds 64 KiB, or up to 1 MiB when its writer asked for it: so many bytes hold all that was written before. */
const DRAIN_BYTES_MAX = 1024 * 1024
const READ_BYTES = 64 * 1024

/** Output is handed on before the next read, so one buffer serves every stream. */
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/** Our reading ends of the two output FIFOs of a command. */
export type StreamChannel = Readonly<{
  paths: StreamPaths
  /** Delivers what is read from now on; before, and after `undefined`, output is read and dropped. */
  deliverTo(onOutput: OnOutput | undefined): void
  /** Reads what is already there, 1 MiB a stream at most: a daemon that keeps printing cannot hold us. */
  drain(): void
  close(): void
}>

/**
 * Opens both FIFOs for reading and writing: there is always a writer, so no end of file when commands come and go, and
 * always a reader, so writers are never killed by SIGPIPE when we die (decisions D).
 */
export function openStreamChannel(paths: StreamPaths): StreamChannel {
  let deliver: OnOutput | undefined
  const reader = (stream: StreamName) => openReader(paths[stream], (bytes) => deliver?.(stream, bytes))
  const readers = [reader("stdout"), reader("stderr")]
  return {
    paths,
    deliverTo(onOutput) {
      deliver = onOutput
    },
    drain() {
      for (const { drain } of readers) drain()
    },
    close() {
      deliver = undefined
      for (const { close } of readers) close()
    },
  }
}

/** The command's ends, blocking as programs expect. Close them once it is started. */
export function openForCommand(paths: StreamPaths): { stdout: number; stderr: number; stdin?: number } {
  const stdout = fs.openSync(paths.stdout, fs.constants.O_RDWR)
  try {
    const stderr = fs.openSync(paths.stderr, fs.constants.O_RDWR)
    // Only reading: the command must see the end of its input when we close ours.
    const stdin = paths.stdin === undefined ? {} : { stdin: fs.openSync(paths.stdin, fs.constants.O_RDONLY) }
    return { stdout, stderr, ...stdin }
  } catch (error) {
    fs.closeSync(stdout)
    throw error
  }
}

function openReader(file: string, onBytes: (bytes: Uint8Array) => void) {
  const descriptor = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK)
  let open = true
  // Node reads `onread` here as in connect(), its types do not know.
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd: descriptor,
    readable: true,
    writable: false,
    onread: {
      buffer: shared,
      callback(length) {
        onBytes(shared.subarray(0, length))
        return true
      },
    },
  }
  const socket = new Socket(options)
  socket.on("error", () => socket.destroy())
  // A stream alone keeps nobody waiting; the process behind it does.
  socket.unref()
  return {
    drain() {
      for (let read = 0, total = 0; open && total < DRAIN_BYTES_MAX; total += read) {
        read = readNow(descriptor)
        if (read === 0) return
        onBytes(shared.subarray(0, read))
      }
    },
    close() {
      open = false
      socket.destroy()
    },
  }
}

function readNow(descriptor: number): number {
  try {
    return fs.readSync(descriptor, shared, 0, READ_BYTES, null)
  } catch {
    // EAGAIN: the pipe is empty.
    return 0
  }
}
