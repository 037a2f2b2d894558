import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { afterEach, describe, expect, it } from "vitest"
import { isBetween, type Mark, newbornPids, readMark } from "../../src/host/newborn-pids.ts"
import { createRunCensus } from "../../src/host/run-census.ts"

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

/** A process of a run; resolves once it is the program it is to be. */
async function startIn(runId: string): Promise<number> {
  const child = spawn("sh", ["-c", "echo ready; exec sleep 1000"], { env: { ...process.env, HAB_RUN_ID: runId } })
  children.push(child)
  await once(child.stdout, "data")
  return child.pid ?? 0
}

async function end(pid: number): Promise<void> {
  const child = children.find((one) => one.pid === pid)
  child?.kill("SIGKILL")
  if (child !== undefined) await once(child, "exit")
}

const mark = (lastPid: number, forks: number): Mark => ({ lastPid, forks, pidMax: 32_768 })

describe("createRunCensus", () => {
  it.each([
    ["by the kernel's numbers", readMark],
    ["by reading all of /proc where the kernel tells no numbers", () => undefined],
    ["by reading all of /proc where the numbers are wrong", () => mark(1, 1)],
  ])("finds who was born since, %s", async (_, readNumbers) => {
    const census = createRunCensus(readNumbers)
    const pid = await startIn("test-census/one")
    census.born(pid)
    expect(census.take(new Set(["test-census/one"])).runs.get("test-census/one")).toEqual([pid])
  })

  it("finds the parts of a run, and one more in each census", async () => {
    const census = createRunCensus()
    const first = await startIn("test-census/two/1")
    expect(census.take(new Set(["test-census/two"])).runs.get("test-census/two")).toEqual([first])
    const second = await startIn("test-census/two/2")
    expect(census.take(new Set(["test-census/two"])).runs.get("test-census/two")).toEqual([first, second])
  })

  it("forgets who ended", async () => {
    const census = createRunCensus()
    const pid = await startIn("test-census/three")
    census.take(new Set(["test-census/three"]))
    await end(pid)
    expect(census.take(new Set(["test-census/three"])).runs.size).toBe(0)
  })

  it("finds a process older than itself once one is adopted", async () => {
    const pid = await startIn("test-census/four")
    const census = createRunCensus()
    expect(census.take(new Set(["test-census/four"])).runs.size).toBe(0)
    census.adopted()
    expect(census.take(new Set(["test-census/four"])).runs.get("test-census/four")).toEqual([pid])
  })
})

describe("newbornPids", () => {
  it("counts up from the last number", () => {
    expect(newbornPids(mark(400, 1_000), mark(403, 1_003))).toEqual([401, 402, 403])
  })

  it("gives up when the numbers may have gone round", () => {
    expect(newbornPids(mark(400, 1_000), mark(403, 40_000))).toBeUndefined()
  })

  it("goes on at the bottom when the highest number was given", () => {
    expect([32_767, 5, 400, 9_000].map((pid) => isBetween(pid, mark(32_000, 1), mark(500, 2)))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })
})
