import fs from "node:fs"
import { setTimeout } from "node:timers"
import tty from "node:tty"
import type { OutputSink } from "../ports/output-sink.ts"

const RETRY_MS = 10

/**
 * A descriptor of ours, written by a thread of the pool: a terminal that was stopped or a pipe nobody reads blocks that
 * thread, never us. Node's own streams write to pipes and terminals synchronously.
 */
export function descriptorSink(descriptor: number): OutputSink {
  return {
    isTerminal: tty.isatty(descriptor),
    write: (bytes, done) => writeFrom(descriptor, bytes, 0, done),
  }
}

function writeFrom(
  descriptor: number,
  bytes: Uint8Array,
  from: number,
  done: (result: "written" | "broken") => void,
): void {
  if (from >= bytes.length) return done("written")
  fs.write(descriptor, bytes, from, bytes.length - from, null, (error, written) => {
    if (error === null) return writeFrom(descriptor, bytes, from + written, done)
    // Somebody who shares the pipe made it non-blocking.
    if (error.code === "EAGAIN") return void setTimeout(() => writeFrom(descriptor, bytes, from, done), RETRY_MS)
    done("broken")
  })
}
