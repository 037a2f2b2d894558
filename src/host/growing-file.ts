import { Buffer } from "node:buffer"
import fs from "node:fs"
import type { GrowingFile, GrowingFiles } from "../ports/growing-file.ts"

const { O_NONBLOCK, O_RDONLY } = fs.constants

/** Real files, read through a descriptor: a rename or removal does not matter to who has it open. */
export const systemGrowingFiles: GrowingFiles = {
  open(path) {
    const descriptor = openToRead(path)
    return descriptor === undefined ? undefined : growingFile(descriptor)
  },
}

function openToRead(path: string): number | undefined {
  try {
    // O_NONBLOCK: a FIFO in the place of a log must not hang us.
    return fs.openSync(path, O_RDONLY | O_NONBLOCK)
  } catch {
    return undefined
  }
}

function growingFile(descriptor: number): GrowingFile | undefined {
  const stat = fs.fstatSync(descriptor)
  if (!stat.isFile()) {
    fs.closeSync(descriptor)
    return undefined
  }
  return {
    id: `${stat.dev}:${stat.ino}`,
    modifiedMs: stat.mtimeMs,
    size: () => fs.fstatSync(descriptor).size,
    read(offset, bytesMax) {
      const bytes = Buffer.allocUnsafe(bytesMax)
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytesMax, offset))
    },
    close: () => fs.closeSync(descriptor),
  }
}
