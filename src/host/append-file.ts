import fs from "node:fs"
import type { AppendFile, AppendFiles } from "../ports/append-file.ts"

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_TRUNC, O_WRONLY } = fs.constants

/** Real files. Writing is synchronous: the page cache takes a chunk in less time than handing it to another thread. */
export const systemAppendFiles: AppendFiles = {
  open(path, { mode, truncate }) {
    try {
      // O_NONBLOCK: a FIFO somebody put in the place of a log must not hang us.
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (truncate ? O_TRUNC : 0)
      return appendFile(fs.openSync(path, flags, mode))
    } catch {
      return undefined
    }
  },
}

function appendFile(descriptor: number): AppendFile {
  return {
    sizeAtOpen: fs.fstatSync(descriptor).size,
    write(bytes) {
      let taken = 0
      try {
        while (taken < bytes.length) taken += fs.writeSync(descriptor, bytes, taken)
      } catch {
        // ENOSPC, EDQUOT, EIO: the caller counts what is missing.
      }
      return taken
    },
    close: () => fs.closeSync(descriptor),
  }
}
