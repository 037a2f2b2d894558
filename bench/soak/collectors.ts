import { execFileSync } from "node:child_process"
import { constants, openSync } from "node:fs"
import { Socket } from "node:net"
import path from "node:path"

const ANSWER_MS_MAX = 60_000

/** What processes answer that `collector.cjs` was loaded into. */
export type Collectors = Readonly<{
  /** Kilobytes (PSS) of a process after all its garbage was collected. */
  ask(pid: number): Promise<number>
  close(): void
}>

/** What is freed goes back to the machine at once, instead of when glibc finds it at the end of its heap. */
const FREE_AT_ONCE = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "8192", MALLOC_TRIM_THRESHOLD_: "8192" }

/** Loads the collector into every Node that gets this environment. `folder` is that of the session. */
export function collectorEnv(folder: string): Readonly<Record<string, string>> {
  return {
    ...FREE_AT_ONCE,
    NODE_OPTIONS: `--require=${path.resolve("bench/soak/collector.cjs")}`,
    HAB_SOAK_ANSWERS: answersOf(folder),
  }
}

function answersOf(folder: string): string {
  return `${folder}/collected`
}

/** Listens to the processes of a session. */
export function listenToCollectors(folder: string): Collectors {
  execFileSync("mkfifo", [answersOf(folder)])
  const descriptor = openSync(answersOf(folder), constants.O_RDWR | constants.O_NONBLOCK)
  const socket = new Socket({ fd: descriptor, readable: true, writable: false })
  const waiting = new Map<number, (kilobytes: number) => void>()
  let held = ""
  socket.on("data", (chunk) => {
    const lines = (held + chunk).split("\n")
    held = lines.pop() ?? ""
    for (const line of lines) {
      const [pid = 0, kilobytes = 0] = line.split(" ").map(Number)
      waiting.get(pid)?.(kilobytes)
      waiting.delete(pid)
    }
  })
  return {
    ask(pid) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${pid} did not say what memory it takes`)), ANSWER_MS_MAX)
        waiting.set(pid, (kilobytes) => {
          clearTimeout(timer)
          resolve(kilobytes)
        })
        process.kill(pid, "SIGUSR2")
      })
    },
    close: () => socket.destroy(),
  }
}
