import { type ChildProcess, spawn } from "node:child_process"
import fs from "node:fs"
import type { Socket } from "node:net"
import os from "node:os"
import { Readable } from "node:stream"
import { isSystemError } from "../base/errors.ts"
import type {
  ArchiveCompression,
  CompressionRequest,
  CompressionResult,
  DecompressionRequest,
  DecompressionResult,
} from "../ports/archive-compression.ts"
import { openBytePipe } from "./byte-pipe.ts"
import { handOver, outputOf, ownOutput } from "./child-output.ts"
import { readAhead } from "./read-ahead.ts"

const BLOCK_SIZE = "4MiB"
const THREADS_MAX = 16
const MESSAGE_BYTES_MAX = 4096

/**
 * xz through the system's program. Always its multi-threaded mode, whatever the number of cores: single-threaded xz
 * writes other bytes. Without the program, reading falls back to a WASM decoder.
 */
export function systemCompression(program = "xz"): ArchiveCompression {
  return {
    compress: (request) => compress(program, request),
    decompress: async (request) => (await decompressByProgram(program, request)) ?? decompressByWasm(request),
  }
}

type Ended = Readonly<{ code: number | null; signal: string | null; notStarted?: Error }>

/** xz reads XZ_OPT and XZ_DEFAULTS, so it gets an environment of its own; Ctrl-C is ours to handle, not its. */
function start(program: string, args: readonly string[], stdin: "pipe" | number, stdout: "pipe" | Socket = "pipe") {
  const child = spawn(program, args, {
    stdio: [stdin, stdout, "pipe"],
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
    detached: true,
  })
  let message = ""
  child.stderr?.on("data", (text: Buffer) => {
    message = (message + text.toString()).slice(0, MESSAGE_BYTES_MAX)
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on("error", (notStarted) => resolve({ code: null, signal: null, notStarted }))
    child.on("close", (code, signal) => resolve({ code, signal }))
  })
  return { child, ended, message: () => message.replace(/^xz: \(stdin\): /, "").trim() }
}

async function compress(program: string, request: CompressionRequest): Promise<CompressionResult> {
  const threads = Math.min(Math.max(os.availableParallelism(), 2), THREADS_MAX)
  const args = ["--compress", "--stdout", `-${request.level}`, `--threads=${threads}`, `--block-size=${BLOCK_SIZE}`]
  const { child, ended, message } = start(program, args, "pipe")
  const take = (bytes: Uint8Array) => {
    request.onBytes(bytes)
    return "continue" as const
  }
  const handing = handOver(take, () => {
    output.end()
    child.stdin?.destroy()
  })
  const output = ownOutput(child, handing.take)
  child.stdin?.on("error", () => undefined)
  output.resume()
  try {
    await request.produce((bytes) => writeTo(child, bytes))
    child.stdin?.end()
  } catch (error) {
    if (error !== GONE) handing.fail(error)
  }
  const { code, signal, notStarted } = await ended
  handing.rethrow()
  if (notStarted !== undefined) return { tag: "failed", why: `${program} cannot be started: ${notStarted.message}` }
  if (code === 0) return { tag: "finished" }
  return { tag: "failed", why: message() || `${program} ended with ${signal ?? `status ${code}`}` }
}

/** What `write` rejects with once xz has ended: its own message is the one worth telling. */
const GONE = new Error("xz has ended")

function writeTo(child: ChildProcess, bytes: Uint8Array): Promise<void> {
  const stdin = child.stdin
  return new Promise((resolve, reject) => {
    if (stdin === null || stdin.destroyed) return reject(GONE)
    if (stdin.write(bytes)) return resolve()
    const settle = (then: () => void) => {
      stdin.off("drain", onDrain)
      stdin.off("close", onClose)
      then()
    }
    const onDrain = () => settle(resolve)
    const onClose = () => settle(() => reject(GONE))
    stdin.on("drain", onDrain)
    stdin.on("close", onClose)
  })
}

/** Undefined where the program does not exist; what is asked to admit the content was asked then too. */
async function decompressByProgram(
  program: string,
  request: DecompressionRequest,
): Promise<DecompressionResult | undefined> {
  const descriptor = fs.openSync(request.path, "r")
  try {
    // Reading without a position moves the descriptor's own, which the program inherits.
    fs.readSync(descriptor, Buffer.alloc(request.offset), 0, request.offset, null)
    const args = ["--decompress", "--stdout", "--threads=0"]
    const handing = handOver(request.onBytes, () => output.end())
    const ahead = readAhead(() => output, handing.take)
    const pipe = await openBytePipe(ahead.take)
    const { child, ended, message } = start(program, args, descriptor, pipe?.writer)
    const output = pipe === undefined ? ownOutput(child, ahead.take) : outputOf(pipe, child)
    output.resume()
    await request.admit?.().catch(handing.fail)
    await ahead.open(Promise.all([ended, output.ended]))
    const { code, signal, notStarted } = await ended
    handing.rethrow()
    // EACCES: a folder on PATH that we may not look into hides that there is none.
    if (isSystemError(notStarted, "ENOENT", "EACCES")) return undefined
    if (notStarted !== undefined) throw notStarted
    if (handing.stopped()) return { tag: "stopped" }
    if (code === 0) return { tag: "finished" }
    return { tag: "damaged", why: message() || `${program} ended with ${signal ?? `status ${code}`}` }
  } finally {
    fs.closeSync(descriptor)
  }
}

async function decompressByWasm(request: DecompressionRequest): Promise<DecompressionResult> {
  const { XzReadableStream } = await import("xz-decompress")
  const file = fs.createReadStream(request.path, { start: request.offset })
  const content = new XzReadableStream(Readable.toWeb(file) as ReadableStream<Uint8Array>)
  const reader = content.getReader()
  try {
    for (;;) {
      const next = await readChunk(reader)
      if (typeof next === "string") return { tag: "damaged", why: next }
      if (next === undefined) return { tag: "finished" }
      if (request.onBytes(next) === "stop") return { tag: "stopped" }
    }
  } finally {
    file.destroy()
  }
}

/** The next bytes, undefined at the end, or why there are none. */
async function readChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | string | undefined> {
  try {
    const { done, value } = await reader.read()
    return done ? undefined : value
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
