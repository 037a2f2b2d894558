import { Buffer } from "node:buffer"
import type { AppendFiles } from "../../src/ports/append-file.ts"
import type { GrowingFiles } from "../../src/ports/growing-file.ts"
import { fakeClock } from "./fake-clock.ts"

type Node = { readonly id: string; bytes: Buffer; modifiedMs: number }

/** Files in memory that are appended to, renamed and read while open, on a disk with room for `free` more bytes of logs. */
export function logDisk(startMs = 0) {
  const clock = fakeClock(startMs)
  const nodes = new Map<string, Node>()
  const state = { free: Number.POSITIVE_INFINITY, opens: 0, made: 0 }
  const make = (path: string): Node => {
    state.made += 1
    const node = { id: String(state.made), bytes: Buffer.alloc(0), modifiedMs: clock.now() }
    nodes.set(path, node)
    return node
  }
  const appendFiles: AppendFiles = {
    open(path, { truncate }) {
      if (path.endsWith(".log")) state.opens += 1
      const node = nodes.get(path) ?? make(path)
      if (truncate) node.bytes = Buffer.alloc(0)
      return {
        sizeAtOpen: node.bytes.length,
        write(bytes) {
          const taken = path.endsWith(".log") ? Math.min(bytes.length, state.free) : bytes.length
          if (path.endsWith(".log")) state.free -= taken
          node.bytes = Buffer.concat([node.bytes, bytes.subarray(0, taken)])
          node.modifiedMs = clock.now()
          return taken
        },
        close: () => undefined,
      }
    },
  }
  const growingFiles: GrowingFiles = {
    open(path) {
      const node = nodes.get(path)
      if (node === undefined) return undefined
      return {
        id: node.id,
        modifiedMs: node.modifiedMs,
        size: () => node.bytes.length,
        read: (offset, bytesMax) => node.bytes.subarray(offset, offset + bytesMax),
        close: () => undefined,
      }
    },
  }
  const files = {
    lstat: (path: string) => (nodes.has(path) ? ({} as never) : undefined),
    readTextIfPresent: (path: string) => nodes.get(path)?.bytes.toString(),
    rename(from: string, to: string) {
      const node = nodes.get(from)
      if (node !== undefined) nodes.set(to, node)
      nodes.delete(from)
    },
    removeFile: (path: string) => void nodes.delete(path),
  }
  return {
    ports: { files, appendFiles, growingFiles, clock },
    clock,
    state,
    read: (path: string) => nodes.get(path)?.bytes.toString(),
    write: (path: string, text: string) => {
      make(path).bytes = Buffer.from(text)
    },
    /** Names of the logs; the files with their times are left out. */
    logs: () => [...nodes.keys()].filter((name) => !name.includes("times")).sort(),
  }
}
