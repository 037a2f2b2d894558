// Preloaded into launcher and supervisor: on SIGUSR2 all garbage is collected, and what memory is left is told through the
// FIFO. That is what is held; without it, PSS shows when V8 last cleaned up.
const fs = require("node:fs")
const { Session } = require("node:inspector")
const v8 = require("node:v8")

// Machine code comes function by function for as long as one more gets warm, at most as much as there is code: no leak, but
// a slope. Interpreted, the program holds the same data.
for (const tier of ["sparkplug", "opt"]) v8.setFlagsFromString(`--no-${tier}`)

const session = new Session()
session.connect()

process.on("SIGUSR2", () => {
  session.post("HeapProfiler.collectGarbage", () => {
    const [, kilobytes] = /^Pss:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/smaps_rollup", "latin1")) ?? []
    fs.appendFileSync(process.env.HAB_SOAK_ANSWERS, `${process.pid} ${kilobytes}\n`)
  })
})
