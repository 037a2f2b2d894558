import { Buffer } from "node:buffer"
import type { OnOutput, StreamName } from "../../ports/process-group.ts"

const KEEP_BYTES = 64 * 1024

/** Hands a chunk on; must not keep the bytes. */
type Taker = (stream: StreamName, bytes: Uint8Array) => void

/** Copies of what services print, for hook modules (decisions 25). They never slow the service. */
export type OutputCopies = Readonly<{
  /** Begins to keep the last 64 KiB of each stream of a process. */
  keep(id: string): OnOutput
  /** What is kept of a process, then everything it prints from now on. */
  copy(id: string, take: Taker): void
  forget(id: string): void
}>

/** No process is listened to yet. */
export function createOutputCopies(): OutputCopies {
  const kept = new Map<string, { readonly streams: Record<StreamName, Buffer>; takers: readonly Taker[] }>()
  return {
    keep(id) {
      const source = { streams: { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }, takers: [] as readonly Taker[] }
      kept.set(id, source)
      return (stream, bytes) => {
        source.streams[stream] = Buffer.concat([source.streams[stream], bytes]).subarray(-KEEP_BYTES)
        for (const take of source.takers) take(stream, bytes)
      }
    },
    copy(id, take) {
      const source = kept.get(id)
      if (source === undefined) return
      for (const stream of ["stdout", "stderr"] as const) {
        if (source.streams[stream].length > 0) take(stream, source.streams[stream])
      }
      source.takers = [...source.takers, take]
    },
    forget: (id) => void kept.delete(id),
  }
}
