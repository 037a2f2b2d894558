import { execFile } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

const SPARE_PREFIX = ".spare-"
const SPARES_FIRST = 8
const SPARES_MAX = 512

/** FIFOs made ahead: taking one is a rename, because `mkfifo` is another process (1.5 ms) on the way to a start. */
export type FifoPool = Readonly<{
  /** Puts a new FIFO, mode 0600 and ours, at `target`, in the pool's directory. Rejects when none can be made. */
  take(target: string): Promise<void>
  /** Makes no more. The files stay; whoever owns the directory removes it. */
  close(): void
}>

type Waiter = Readonly<{ target: string; resolve: () => void; reject: (error: Error) => void }>

/** `directory` must exist. Every call that finds no spare doubles how many are made at once, so waves cost few calls. */
export function createFifoPool(directory: string): FifoPool {
  const spares: string[] = []
  const waiting: Waiter[] = []
  let made = 0
  let batch = SPARES_FIRST
  let making = false
  let closed = false

  const serve = () => {
    for (let spare = spares.pop(); spare !== undefined; spare = spares.pop()) {
      const waiter = waiting.shift()
      if (waiter === undefined) return void spares.push(spare)
      try {
        fs.renameSync(spare, waiter.target)
        waiter.resolve()
      } catch (error) {
        waiter.reject(error as Error)
      }
    }
  }
  const make = () => {
    if (making || closed) return
    making = true
    const names = Array.from({ length: Math.max(batch, waiting.length) }, () =>
      path.join(directory, `${SPARE_PREFIX}${process.pid}-${++made}`),
    )
    makeFifos(names, (error) => {
      making = false
      if (error !== null) for (const waiter of waiting.splice(0)) waiter.reject(error)
      else if (!closed) spares.push(...names)
      serve()
      if (waiting.length > 0) make()
    })
  }
  return {
    take(target) {
      return new Promise((resolve, reject) => {
        if (spares.length === 0 && waiting.length === 0 && made > 0) batch = Math.min(batch * 2, SPARES_MAX)
        waiting.push({ target, resolve, reject })
        serve()
        if (spares.length < batch / 2) make()
      })
    },
    close() {
      closed = true
      spares.length = 0
    },
  }
}

function makeFifos(names: readonly string[], done: (error: Error | null) => void): void {
  execFile("mkfifo", ["-m", "600", "--", ...names], { timeout: 10_000 }, (error, _stdout, stderr) => {
    // It complains of each of them, in the same words.
    const [complaint] = stderr.trim().split("\n", 1)
    done(error === null ? null : new Error(complaint || error.message))
  })
}
