import { Buffer } from "node:buffer"

const LINE_FEED = 0x0a
const LINE_BYTES_MAX = 64 * 1024

/** Takes printed bytes as they come and tells of whole lines. */
export type LineSplitter = Readonly<{
  push(bytes: Uint8Array): void
  /** Tells of the last line when no line feed ended it. */
  end(): void
}>

/**
 * Splits output into lines (line feed removed). Holds one unfinished line at most: one longer than `lineBytesMax` is
 * told in pieces, never cut inside a character.
 */
export function splitLines(onLine: (line: string) => void, lineBytesMax = LINE_BYTES_MAX): LineSplitter {
  let held = Buffer.alloc(0)
  const withHeld = (part: Buffer) => (held.length === 0 ? part : Buffer.concat([held, part]))
  const tellPieces = (line: Buffer) => {
    let rest = line
    while (rest.length > lineBytesMax) {
      const cut = characterStart(rest, lineBytesMax)
      onLine(rest.toString("utf8", 0, cut))
      rest = rest.subarray(cut)
    }
    return rest
  }
  return {
    push(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      let from = 0
      for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, from)) {
        onLine(tellPieces(withHeld(chunk.subarray(from, feed))).toString("utf8"))
        held = Buffer.alloc(0)
        from = feed + 1
      }
      if (from < chunk.length) held = Buffer.from(tellPieces(withHeld(chunk.subarray(from))))
    },
    end() {
      if (held.length > 0) onLine(held.toString("utf8"))
      held = Buffer.alloc(0)
    },
  }
}

/** The greatest index not above `limit` at which a UTF-8 character begins; `limit` itself in what is not UTF-8. */
function characterStart(bytes: Buffer, limit: number): number {
  for (let index = limit; index > limit - 4 && index > 0; index -= 1) {
    if (((bytes[index] ?? 0) & 0xc0) !== 0x80) return index
  }
  return limit
}
