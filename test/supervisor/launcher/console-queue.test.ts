import { Buffer } from "node:buffer"
import { describe, expect, it } from "vitest"
import type { OutputSink } from "../../../src/ports/output-sink.ts"
import { createConsoleQueue } from "../../../src/supervisor/launcher/console-queue.ts"
import { createLogs, createProcessOutput } from "../../../src/supervisor/launcher/output.ts"

/** A console whose reader takes one write at a time, when told to. */
function slowSink() {
  const taken: string[] = []
  let done: ((result: "written" | "broken") => void) | undefined
  const sink: OutputSink = {
    isTerminal: false,
    write(bytes, callback) {
      taken.push(Buffer.from(bytes).toString())
      done = callback
    },
  }
  const finish = (result: "written" | "broken" = "written") => {
    const callback = done
    done = undefined
    callback?.(result)
    return callback !== undefined
  }
  return { sink, taken, finish }
}

describe("the console's queue", () => {
  it("has one write under way and joins what comes meanwhile", async () => {
    const { sink, taken, finish } = slowSink()
    const queue = createConsoleQueue(sink)
    for (const line of ["one\n", "two\n", "three\n"]) queue.write(Buffer.from(line))
    expect(taken).toEqual(["one\n"])
    const flushed = queue.flushed()
    while (finish());
    await flushed
    expect(taken).toEqual(["one\n", "two\nthree\n"])
  })

  it("is full at 1 MiB and tells when there is room again", () => {
    const { sink, finish } = slowSink()
    const queue = createConsoleQueue(sink)
    const chunk = Buffer.alloc(200 * 1024)
    while (queue.hasRoom()) queue.write(chunk)
    let room = 0
    queue.onceRoom(() => {
      room += 1
    })
    expect(room).toBe(0)
    finish()
    expect([room, queue.hasRoom()]).toEqual([1, true])
    finish()
    expect(room).toBe(1)
  })

  it("drops everything in silence once nobody reads any more", async () => {
    const { sink, taken, finish } = slowSink()
    const queue = createConsoleQueue(sink)
    queue.write(Buffer.from("a"))
    queue.write(Buffer.from("b"))
    finish("broken")
    queue.write(Buffer.from("c"))
    await queue.flushed()
    expect([taken, queue.hasRoom()]).toEqual([["a"], true])
  })
})

it("a slow console gets a count of the lines it missed, and whole lines again after it; the log has all", () => {
  const { sink, taken, finish } = slowSink()
  const queue = createConsoleQueue(sink)
  let logged = 0
  const file = {
    sizeAtOpen: 0,
    close: () => undefined,
    write(bytes: Uint8Array) {
      logged += bytes.length
      return bytes.length
    },
  }
  const logs = createLogs({
    files: { lstat: () => undefined, rename: () => undefined, removeFile: () => undefined },
    appendFiles: { open: (path) => (path.endsWith(".log") ? file : undefined) },
    clock: { now: () => 0 },
  })
  const consoles = { stdout: queue, stderr: queue, style: { json: false, color: false } }
  const plan = {
    preamble: "a",
    lines: "run",
    log: { directory: "/l", name: "run", keep: "rotated" },
    headBytes: 0,
  } as const
  const output = createProcessOutput(consoles, logs, plan)
  const line = Buffer.from(`${"x".repeat(1023)}\n`)
  for (let n = 0; n < 2000; n += 1) output.take("stdout", line)
  output.take("stdout", Buffer.from("the end\n"))
  while (finish());
  const printed = taken.join("").split("\n")
  const whole = printed.filter((text) => text === `a(O): ${"x".repeat(1023)}`).length
  expect(printed.filter((text) => text.includes("skipped"))).toEqual([`a(O): [${2001 - whole} lines skipped]`])
  expect(logged).toBe(2000 * 1024 + 8)
})
