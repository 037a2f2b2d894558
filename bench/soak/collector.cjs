// Preloaded into launcher and supervisor: on SIGUSR2 all garbage is collected, and what memory is left is told through the
// FIFO. That is what is held; without it, PSS shows when V8 last cleaned up.
const fs = require("node:fs")
const { Session } = require("node:inspector")

const session = new Session()
session.connect()

process.on("SIGUSR2", () => {
  session.post("HeapProfiler.collectGarbage", () => {
    const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/smaps_rollup", "latin1")) ?? []
    fs.appendFileSync(process.env.HAB_SOAK_ANSWERS, `${process.pid} ${kilobytes}\n`)
  })
})
