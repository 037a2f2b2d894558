import { Buffer } from "node:buffer"
import { describe, expect, it } from "vitest"
import { createLogFile } from "../../../src/supervisor/launcher/log-file.ts"
import { followLog } from "../../../src/supervisor/logs/log-follower.ts"
import { type HowFar, inOrder, lastOf, logHistory } from "../../../src/supervisor/logs/log-history.ts"
import { logDisk } from "../../support/log-disk.ts"

const START_MS = 1_000_000
const source = { path: "/logs/run.stdout.log" }

/** A log that the launcher writes, a line each `everyMs`, in files of some lines each. */
function written(count: number, everyMs = 100, filesMax = 50) {
  const disk = logDisk(START_MS)
  const log = createLogFile(disk.ports, { path: source.path, keep: "rotated", limits: { bytesMax: 60, filesMax } })
  let next = 0
  const write = (lines: number) => {
    for (let n = 0; n < lines; n += 1, next += 1) {
      log.append(Buffer.from(`line ${next}\n`))
      disk.clock.advance(everyMs)
    }
  }
  write(count)
  return { ...disk, log, append: write }
}

const texts = (disk: ReturnType<typeof written>, howFar: HowFar) =>
  [...logHistory(disk.ports, source, howFar, false).lines].map(({ text }) => text)
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `line ${from + n}`)

describe("the history of a log", () => {
  it("is every line in order, over all files", () => {
    expect(texts(written(50), {})).toEqual(lines(0, 50))
  })

  it("is the last so many lines, whatever files they are in", () => {
    const disk = written(50)
    for (let count = 0; count <= 51; count += 1) {
      expect(texts(disk, { lines: count })).toEqual(lines(Math.max(0, 50 - count), 50))
    }
  })

  it("is what was written since a time, to the second", () => {
    const disk = written(50)
    for (let ago = 0; ago <= 5_500; ago += 250) {
      const [first = "line 50"] = texts(disk, { sinceMs: START_MS + 5_000 - ago })
      const firstMs = Number(first.split(" ")[1]) * 100
      expect(firstMs).toBeLessThanOrEqual(5_000 - Math.min(ago, 5_000))
      expect(firstMs).toBeGreaterThanOrEqual(Math.max(0, 5_000 - ago - 1_000))
    }
  })

  it("goes by the time of the file where none was noted, as for hooks", () => {
    const disk = logDisk(START_MS)
    disk.write(source.path, "one\ntwo")
    const since = (sinceMs: number) => [...logHistory(disk.ports, source, { sinceMs }, false).lines].length
    expect([since(START_MS - 1), since(START_MS + 1)]).toEqual([2, 0])
  })

  it("is merged with that of other logs by the times of the lines", () => {
    const disk = logDisk(START_MS)
    const limits = { bytesMax: 1_000, filesMax: 2 }
    const sources = ["a", "b"].map((name) => ({ path: `/logs/${name}.stdout.log` }))
    const [a, b] = sources.map(({ path }) => createLogFile(disk.ports, { path, keep: "rotated", limits }))
    for (let n = 0; n < 4; n += 1) {
      ;(n % 2 === 0 ? a : b)?.append(Buffer.from(`${n}\n`))
      disk.clock.advance(1_000)
    }
    const all = () => inOrder(sources.map((one) => logHistory(disk.ports, one, {}, false).lines))
    expect([...all()].map(({ text }) => text)).toEqual(["0", "1", "2", "3"])
    expect([...lastOf(all(), 2)].map(({ text }) => text)).toEqual(["2", "3"])
  })
})

describe("following a log", () => {
  const shown = (follower: ReturnType<typeof followLog>) => {
    const taken: string[] = []
    follower.look((text) => taken.push(...text.split("\n")))
    return taken
  }

  it("goes on where the history ended, over rotations, and leaves no line out", () => {
    const disk = written(7)
    const { end } = logHistory(disk.ports, source, { lines: 1 }, true)
    const follower = followLog(disk.ports.growingFiles, source, end)
    expect(shown(follower)).toEqual([])
    disk.append(30)
    expect(shown(follower)).toEqual(lines(7, 37))
    disk.append(1)
    expect(shown(follower)).toEqual(lines(37, 38))
  })

  it("says that lines were skipped when they were rotated away meanwhile", () => {
    const disk = written(7, 100, 2)
    const follower = followLog(disk.ports.growingFiles, source, logHistory(disk.ports, source, {}, true).end)
    disk.append(100)
    const taken = shown(follower)
    expect(taken).toContain("[lines skipped: they were rotated away]")
    expect(taken.at(-1)).toBe("line 106")
  })

  it("waits for the end of a line", () => {
    const disk = written(1)
    disk.log.append(Buffer.from("half "))
    const { lines: history, end } = logHistory(disk.ports, source, {}, true)
    expect([...history].map(({ text }) => text)).toEqual(["line 0"])
    const follower = followLog(disk.ports.growingFiles, source, end)
    expect(shown(follower)).toEqual([])
    disk.log.append(Buffer.from("and half\n"))
    expect(shown(follower)).toEqual(["half and half"])
  })

  it("goes near the end when it is far behind, and counts what it leaves out", () => {
    const disk = logDisk(START_MS)
    disk.write(source.path, `${"x".repeat(99)}\n`.repeat(100_000))
    const taken = shown(followLog(disk.ports.growingFiles, source, undefined))
    expect([taken[0], taken.length]).toEqual(["[99000 lines skipped]", 1_001])
  })

  it("shows the runs of a hook one after the other: each run replaces the log", () => {
    const disk = logDisk(START_MS)
    const log = createLogFile(disk.ports, {
      path: source.path,
      keep: "replaced",
      limits: { bytesMax: 1_000, filesMax: 1 },
    })
    const follower = followLog(disk.ports.growingFiles, source, undefined)
    const taken = ["first", "second", "second"].flatMap((text) => {
      log.replace()
      log.append(Buffer.from(`${text}\n`))
      return shown(follower)
    })
    expect(taken).toEqual(["first", "second", "second"])
  })
})
