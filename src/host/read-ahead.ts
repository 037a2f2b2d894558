import { Buffer } from "node:buffer"
import { setImmediate } from "node:timers"

/** Two of the blocks that xz decompresses at a time, each of which comes at once when the one before has ended. */
const RING_BYTES = 8 * 1024 * 1024
/** More than a source hands out in one piece. */
const ROOM_BYTES_MIN = 256 * 1024
/** What is handed on in one turn; then it is read again. */
const PIECE_BYTES = 64 * 1024

/** Something that hands out bytes, and stops when told to. */
export type Source = Readonly<{ pause(): void; resume(): void }>

export type ReadAhead = Readonly<{
  /** Takes the next bytes of the source, whose memory is its own again after the call. */
  take(bytes: Uint8Array): void
  /** Begins to hand on. Resolves when the source has `ended` and all was handed on. */
  open(ended: Promise<unknown>): Promise<void>
}>

/**
 * Lets a source run ahead of a receiver that is not ready yet, or slower for a while: a program stands still behind a full
 * pipe, and with it all that it does beside writing. `onBytes` gets memory that is not to be kept; it must not throw.
 */
export function readAhead(source: () => Source, onBytes: (bytes: Uint8Array) => void): ReadAhead {
  const ring = createRing(RING_BYTES)
  let isOpen = false
  let paused = false
  const handOnPiece = () => {
    ring.shift(PIECE_BYTES, onBytes)
    if (!paused || ring.length() > RING_BYTES / 2) return
    paused = false
    source().resume()
  }
  return {
    take(bytes) {
      if (isOpen && ring.length() === 0) return onBytes(bytes)
      ring.push(bytes)
      if (RING_BYTES - ring.length() >= ROOM_BYTES_MIN) return
      paused = true
      source().pause()
    },
    open: (ended) =>
      new Promise((resolve) => {
        let over = false
        const next = () => {
          if (ring.length() > 0) handOnPiece()
          if (ring.length() > 0) setImmediate(next)
          else if (over) resolve()
        }
        isOpen = true
        next()
        ended.then(() => {
          over = true
          if (ring.length() === 0) resolve()
        })
      }),
  }
}

/** Bytes in the order they came, in memory that is used again and again: fresh memory costs more than the copying. */
function createRing(size: number) {
  const memory = Buffer.allocUnsafeSlow(size)
  let start = 0
  let length = 0
  return {
    length: () => length,
    push(bytes: Uint8Array) {
      const at = (start + length) % size
      const first = Math.min(bytes.length, size - at)
      if (first === bytes.length) memory.set(bytes, at)
      else {
        memory.set(bytes.subarray(0, first), at)
        memory.set(bytes.subarray(first), 0)
      }
      length += bytes.length
    },
    shift(most: number, use: (bytes: Uint8Array) => void) {
      const count = Math.min(length, most, size - start)
      use(memory.subarray(start, start + count))
      start = (start + count) % size
      length -= count
    },
  }
}
