import { Buffer } from "node:buffer"
import { describe, expect, it } from "vitest"
import type { AppendFiles } from "../../../src/ports/append-file.ts"
import { createLogFile } from "../../../src/supervisor/launcher/log-file.ts"

/** Files in memory on a disk with room for `free` more bytes. */
function disk() {
  const contents = new Map<string, string>()
  const state = { free: Number.POSITIVE_INFINITY, opens: 0 }
  const appendFiles: AppendFiles = {
    open(path, { truncate }) {
      state.opens += 1
      if (truncate || !contents.has(path)) contents.set(path, "")
      let name = path
      renamed.push((from, to) => {
        if (name === from) name = to
      })
      return {
        sizeAtOpen: contents.get(path)?.length ?? 0,
        write(bytes) {
          const taken = Math.min(bytes.length, state.free)
          state.free -= taken
          contents.set(name, (contents.get(name) ?? "") + Buffer.from(bytes.subarray(0, taken)).toString())
          return taken
        },
        close: () => undefined,
      }
    },
  }
  const renamed: ((from: string, to: string) => void)[] = []
  const files = {
    lstat: (path: string) => (contents.has(path) ? ({} as never) : undefined),
    rename(from: string, to: string) {
      for (const follow of renamed) follow(from, to)
      contents.set(to, contents.get(from) ?? "")
      contents.delete(from)
    },
    removeFile: (path: string) => void contents.delete(path),
  }
  return { ports: { files, appendFiles }, contents, state }
}

const limits = { bytesMax: 20, filesMax: 3 }
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `line ${from + n}\n`)

describe("a rotated log", () => {
  it("loses and repeats nothing over rotations, and keeps as many files as it may", () => {
    const { ports, contents } = disk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    for (const line of lines(1, 9)) log.append(Buffer.from(line))
    expect([...contents.keys()].sort()).toEqual(["run.log", "run.log.1", "run.log.2"])
    expect(["run.log.2", "run.log.1", "run.log"].map((name) => contents.get(name)).join("")).toBe(lines(1, 9).join(""))
    for (const line of lines(10, 12)) log.append(Buffer.from(line))
    expect(contents.get("run.log.3")).toBeUndefined()
    expect(contents.get("run.log.2")?.startsWith("line 4")).toBe(true)
  })

  it("is cut between two lines, also when chunks are cut elsewhere", () => {
    const { ports, contents } = disk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    log.append(Buffer.from("a line that is long and"))
    log.append(Buffer.from(" goes on\nnext\n"))
    expect(contents.get("run.log.1")).toBe("a line that is long and goes on\n")
    expect(contents.get("run.log")).toBe("next\n")
  })

  it("goes on at the end of the file it finds, and opens it again after a rest", () => {
    const { ports, contents, state } = disk()
    contents.set("run.log", "before\n")
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits })
    log.append(Buffer.from("one\n"))
    log.rest()
    log.append(Buffer.from("two\n"))
    expect([contents.get("run.log"), state.opens]).toEqual(["before\none\ntwo\n", 2])
  })

  it("counts what a full disk does not take, and says so when there is room again", () => {
    const { ports, contents, state } = disk()
    const log = createLogFile(ports, { path: "run.log", keep: "rotated", limits: { ...limits, bytesMax: 1000 } })
    state.free = 6
    log.append(Buffer.from("one\ntwo\n"))
    log.append(Buffer.from("three\n"))
    state.free = 1000
    log.append(Buffer.from("four\n"))
    expect(contents.get("run.log")).toBe("one\ntw\n[8 bytes lost: the disk was full]\nfour\n")
  })

  it("grows on when renaming is refused", () => {
    const { ports, contents } = disk()
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
    expect(contents.get("run.log")).toBe(lines(1, 9).join(""))
  })
})

describe("a replaced log", () => {
  it("starts empty at each run and does not grow without bound", () => {
    const { ports, contents } = disk()
    contents.set("init.log", "of the run before\n")
    const log = createLogFile(ports, { path: "init.log", keep: "replaced", limits })
    log.replace()
    expect(contents.get("init.log")).toBe("")
    log.append(Buffer.from("0123456789\n"))
    log.append(Buffer.from("0123456789\n"))
    log.append(Buffer.from("never seen\n"))
    expect(contents.get("init.log")).toBe("0123456789\n012345678\n[what came after 20 bytes is not kept]\n")
    log.replace()
    log.append(Buffer.from("again\n"))
    expect(contents.get("init.log")).toBe("again\n")
  })
})
