import fs from "node:fs"
import readline from "node:readline"
import tty from "node:tty"
import type { Terminal } from "../main.ts"

const INTERRUPTED_EXIT = 130
/** Major number of /dev/null and its like. */
const MEMORY_DEVICES = 1

/** The real terminal. Writes are synchronous, so that nothing is cut off when the process ends. */
export function systemTerminal(): Terminal {
  return {
    get stdoutIsTerminal() {
      return isTerminal(1)
    },
    get stderrIsTerminal() {
      return isTerminal(2)
    },
    writeOut: (text) => writeFully(1, text),
    writeError: (text) => void writeFully(2, text),
    readStdin: async () => fs.readFileSync(0),
    askLine,
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

function askLine(prompt: string): Promise<string | undefined> {
  if (!isTerminal(0)) return Promise.resolve(undefined)
  const reader = readline.createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    // The terminal is raw while a line is edited: Ctrl-C comes as a key.
    reader.on("SIGINT", () => {
      reader.close()
      process.kill(process.pid, "SIGINT")
    })
    reader.on("close", () => resolve(undefined))
    reader.question(prompt, (line) => {
      resolve(line)
      reader.close()
    })
  })
}

/** Looks at the descriptor first: Node's answer costs 4 ms, its streams are loaded for it. */
function isTerminal(descriptor: number): boolean {
  try {
    const stat = fs.fstatSync(descriptor)
    return stat.isCharacterDevice() && stat.rdev >> 8 !== MEMORY_DEVICES && tty.isatty(descriptor)
  } catch {
    return false
  }
}

/** False when the reader has left. */
function writeFully(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text)
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += fs.writeSync(descriptor, bytes, offset)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // The reader is slow and the pipe non-blocking: wait for it. A reader that left needs no more text.
      if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      else if (code === "EPIPE") return false
      else throw error
    }
  }
  return true
}
