import { Buffer } from "node:buffer"
import type { StreamSummary } from "./protocol.ts"

const TAIL_BYTES = 4 * 1024

/** Keeps the beginning and the end of what passes. */
export type StreamKeeper = Readonly<{ take(bytes: Uint8Array): void; summary(): StreamSummary }>

/** Up to `headBytes` of the beginning and, after it, the last 4 KiB. Small output is kept whole. */
export function keepEnds(headBytes: number): StreamKeeper {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let dropped = 0
  return {
    take(bytes) {
      const room = headBytes - head.length
      if (room > 0) head = Buffer.concat([head, bytes.subarray(0, room)])
      const rest = room > 0 ? bytes.subarray(room) : bytes
      if (rest.length === 0) return
      const joined = Buffer.concat([tail, rest.subarray(-TAIL_BYTES)])
      tail = Buffer.from(joined.subarray(-TAIL_BYTES))
      dropped += rest.length - Math.min(rest.length, TAIL_BYTES) + joined.length - tail.length
    },
    summary: () => ({ head: head.toString("base64"), tail: tail.toString("base64"), dropped }),
  }
}

/** The bytes of a summary; a line feed stands where some were dropped, so that no two lines grow together. */
export function summaryBytes({ head, tail, dropped }: StreamSummary): Uint8Array {
  const gap = dropped > 0 ? "\n" : ""
  return Buffer.concat([Buffer.from(head, "base64"), Buffer.from(gap), Buffer.from(tail, "base64")])
}
