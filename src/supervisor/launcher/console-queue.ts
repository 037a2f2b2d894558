import { Buffer } from "node:buffer"
import type { OutputSink } from "../../ports/output-sink.ts"

const PENDING_BYTES_MAX = 1024 * 1024
/** One write takes so much at most, so that a terminal shows lines soon. */
const WRITE_BYTES_MAX = 256 * 1024

/** A console that never makes us wait: one write under way, a bounded queue behind it. */
export type ConsoleQueue = Readonly<{
  /** False while the queue is full: do not write, ask `onceRoom`. */
  hasRoom(): boolean
  write(lines: Uint8Array): void
  /** Calls `run` once there is room again. */
  onceRoom(run: () => void): void
  /** Resolves when everything written so far is out, or nobody reads any more. */
  flushed(): Promise<void>
}>

/** Bounded output to one of our own streams (decisions E). Once it is broken, lines are dropped in silence. */
export function createConsoleQueue(sink: OutputSink): ConsoleQueue {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  let writing = false
  let broken = false
  const waiting: (() => void)[] = []
  const flushing: (() => void)[] = []

  const pump = () => {
    if (writing || pendingBytes === 0) return
    writing = true
    sink.write(takeBatch(), (result) => {
      writing = false
      if (result === "broken") fall()
      pump()
      if (hasRoom()) callEach(waiting)
      if (!writing) callEach(flushing)
    })
  }
  const takeBatch = () => {
    let bytes = 0
    let count = 0
    while (count < pending.length && (count === 0 || bytes + (pending[count]?.length ?? 0) <= WRITE_BYTES_MAX)) {
      bytes += pending[count]?.length ?? 0
      count += 1
    }
    pendingBytes -= bytes
    const batch = pending.splice(0, count)
    return batch.length === 1 && batch[0] !== undefined ? batch[0] : Buffer.concat(batch)
  }
  const fall = () => {
    broken = true
    pending = []
    pendingBytes = 0
  }
  const hasRoom = () => pendingBytes < PENDING_BYTES_MAX
  return {
    hasRoom,
    write(lines) {
      if (broken) return
      pending.push(lines)
      pendingBytes += lines.length
      pump()
    },
    onceRoom: (run) => void waiting.push(run),
    flushed: () =>
      new Promise((resolve) => {
        if (pendingBytes === 0 && !writing) resolve()
        else flushing.push(resolve)
      }),
  }
}

/** Calls everybody who waited up to now; who starts to wait meanwhile is called the next time. */
function callEach(callbacks: (() => void)[]): void {
  for (const run of callbacks.splice(0)) run()
}
