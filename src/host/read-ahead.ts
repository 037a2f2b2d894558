import { Buffer } from "node:buffer"
import { setImmediate as nextTurn } from "node:timers/promises"

/** So much is kept at most before it is wanted. */
const AHEAD_BYTES_MAX = 16 * 1024 * 1024

/** Something that hands out bytes, and stops when told to. */
export type Source = Readonly<{ pause(): void; resume(): void }>

export type ReadAhead = Readonly<{
  /** Takes the next bytes of the source, whose memory is its own again after the call. */
  take(bytes: Uint8Array): void
  /** Hands on what was kept, and then everything as it comes. Resolves when nothing is kept any more. */
  open(): Promise<void>
}>

/**
 * Lets a source run ahead of a receiver that is not ready yet: a program stands still behind a full pipe, and with it all
 * that it does beside writing.
 */
export function readAhead(source: () => Source, onBytes: (bytes: Uint8Array) => void): ReadAhead {
  let kept: Buffer[] | undefined = []
  let size = 0
  return {
    take(bytes) {
      if (kept === undefined) return onBytes(bytes)
      kept.push(Buffer.from(bytes))
      size += bytes.length
      if (size >= AHEAD_BYTES_MAX) source().pause()
    },
    async open() {
      for (let first = kept?.shift(); first !== undefined; first = kept?.shift()) {
        onBytes(first)
        size -= first.length
        if (size < AHEAD_BYTES_MAX) source().resume()
        // Reading goes on meanwhile.
        await nextTurn()
      }
      kept = undefined
    },
  }
}
