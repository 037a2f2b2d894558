import { execFileSync } from "node:child_process"
import fs from "node:fs"
import { Socket } from "node:net"

/** A line a service printed when it started: who it is, its pid, and when we read it. */
export type Beat = Readonly<{ name: string; pid: number; atMs: number }>

/** What services tell us through one FIFO, without anybody polling. */
export type Beats = Readonly<{
  file: string
  seen: Beat[]
  /** Resolves as soon as `condition` holds after a beat; throws after `limitMs`. */
  waitFor(what: string, condition: () => boolean, limitMs: number): Promise<void>
  close(): void
}>

/** Opens the FIFO both ways, so that no writer ever waits for us or gets SIGPIPE. `onWords` is told every line. */
export function listenToBeats(file: string, onWords: (words: readonly string[]) => void = () => undefined): Beats {
  execFileSync("mkfifo", ["-m", "666", file])
  const socket = new Socket({
    fd: fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_NONBLOCK),
    readable: true,
    writable: false,
  })
  const seen: Beat[] = []
  let held = ""
  let onBeat = () => {}
  socket.on("data", (chunk) => {
    const atMs = performance.now()
    const lines = (held + chunk).split("\n")
    held = lines.pop() ?? ""
    for (const line of lines) {
      const words = line.split(" ")
      const [name = "", pid = "0"] = words
      onWords(words)
      seen.push({ name, pid: Number(pid), atMs })
    }
    onBeat()
  })
  return {
    file,
    seen,
    waitFor(what, condition, limitMs) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs)
        onBeat = () => {
          if (!condition()) return
          clearTimeout(timer)
          onBeat = () => {}
          resolve()
        }
        onBeat()
      })
    },
    close: () => socket.destroy(),
  }
}
