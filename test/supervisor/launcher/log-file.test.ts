import { Buffer } from "node:buffer"
import { describe, expect, it } from "vitest"
import { createLogFile } from "../../../src/supervisor/launcher/log-file.ts"
import { logDisk } from "../../support/log-disk.ts"

const limits = { bytesMax: 20, filesMax: 3 }
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}\n`)

describe("a rotated log", () => {
  it("loses and repeats nothing over rotations, and keeps as many files as it may", () => {
    const { ports, read, logs } = logDisk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    for (const line of lines(1, 9)) log.append(Buffer.from(line))
    expect(logs()).toEqual(["run.log", "run.log.1", "run.log.2"])
    expect(["run.log.2", "run.log.1", "run.log"].map((name) => read(name)).join("")).toBe(lines(1, 9).join(""))
    for (const line of lines(10, 12)) log.append(Buffer.from(line))
    expect(read("run.log.3")).toBeUndefined()
    expect(read("run.log.2")?.startsWith("line 4")).toBe(true)
  })

  it("is cut between two lines, also when chunks are cut elsewhere", () => {
    const { ports, read } = logDisk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    log.append(Buffer.from("a line that is long and"))
    log.append(Buffer.from(" goes on\nnext\n"))
    expect(read("run.log.1")).toBe("a line that is long and goes on\n")
    expect(read("run.log")).toBe("next\n")
  })

  it("goes on at the end of the file it finds, and opens it again after a rest", () => {
    const { ports, read, write, state } = logDisk()
    write("run.log", "before\n")
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    log.append(Buffer.from("one\n"))
    log.rest()
    log.append(Buffer.from("two\n"))
    expect([read("run.log"), state.opens]).toEqual(["before\none\ntwo\n", 2])
  })

  it("counts what a full disk does not take, and says so when there is room again", () => {
    const { ports, read, state } = logDisk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits: { ...limits, bytesMax: 1000 } })
    state.free = 6
    log.append(Buffer.from("one\ntwo\n"))
    log.append(Buffer.from("three\n"))
    state.free = 1000
    log.append(Buffer.from("four\n"))
    expect(read("run.log")).toBe("one\ntw\n[8 bytes lost: the disk was full]\nfour\n")
  })

  it("grows on when renaming is refused", () => {
    const { ports, read } = logDisk()
    const refusing = {
      ...ports,
      files: {
        ...ports.files,
        rename: () => {
          throw new Error("EACCES")
        },
      },
    }
    const log = createLogFile(refusing, { path: "run.log", keep: "rotated", limits })
    for (const line of lines(1, 9)) log.append(Buffer.from(line))
    expect(read("run.log")).toBe(lines(1, 9).join(""))
  })
})

describe("a replaced log", () => {
  it("starts empty at each run and does not grow without bound", () => {
    const { ports, read, write } = logDisk()
    write("init.log", "of the run before\n")
    const log = createLogFile(ports, { path: "init.log", keep: "replaced", limits })
    log.replace()
    expect(read("init.log")).toBe("")
    log.append(Buffer.from("0123456789\n"))
    log.append(Buffer.from("0123456789\n"))
    log.append(Buffer.from("never seen\n"))
    expect(read("init.log")).toBe("0123456789\n012345678\n[what came after 20 bytes is not kept]\n")
    log.replace()
    log.append(Buffer.from("again\n"))
    expect(read("init.log")).toBe("again\n")
  })
})
