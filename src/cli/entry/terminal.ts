import fs from "node:fs"
import type { Terminal } from "../main.ts"

const INTERRUPTED_EXIT = 130

/** The real terminal. Writes are synchronous, so that nothing is cut off when the process ends. */
export function systemTerminal(): Terminal {
  return {
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    writeOut: (text) => writeFully(1, text),
    writeError: (text) => writeFully(2, text),
    readStdin: async () => fs.readFileSync(0),
    onInterrupt(run) {
      let asked = false
      const interrupt = () => {
        if (asked) process.exit(INTERRUPTED_EXIT)
        asked = true
        run()
      }
      process.on("SIGINT", interrupt)
      process.on("SIGTERM", interrupt)
    },
  }
}

function writeFully(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // The reader is slow and the pipe non-blocking: wait for it. A reader that left needs no more text.
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      else if (code === "EPIPE") return
      else throw error
    }
  }
}
