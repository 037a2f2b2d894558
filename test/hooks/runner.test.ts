import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { type PlannedHook, runHookList } from "../../src/hooks/runner.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { type FakeProcess, fakeProcessGroups } from "../support/fake-process-groups.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { settle } from "../support/settle.ts"

const LOGS = "/hab/svc/redis/logs"
const RETRY = { max: 0, delayMs: 1_000, backoff: 2, delayMsMax: 30_000 }

/** A list of hooks by name; `ends` says how each attempt of each ends (a number is an exit code). */
function run(
  names: readonly (string | Partial<PlannedHook>)[],
  ends: Readonly<Record<string, readonly (number | "never")[]>> = {},
  { logs = LOGS, relayed = false } = {},
) {
  const files = memoryFileSystem()
  for (const directory of ["/bin", "/hab/svc/redis/hooks", LOGS]) files.makeDirectories(directory)
  files.writeFile("/bin/sh", "", { mode: 0o755 })
  const hooks = names.map((name, index): PlannedHook => {
    const given = typeof name === "string" ? {} : name
    const file = typeof name === "string" ? name : (name.hook?.name ?? `hook-${index}`)
    const path = `/hab/svc/redis/hooks/${file}`
    files.writeFile(path, "#!/bin/sh\n", { mode: 0o750 })
    const command = (attempt: number) => ({
      label: file,
      runId: `1/${index}`,
      argv: [path] as const,
      env: { A: `${attempt}` },
    })
    return { hook: { event: "pre-start", name: file, path }, command, timeoutMs: 0, ignoreErrors: false, ...given }
  })
  const counts = new Map<string, number>()
  const onStart = (process: FakeProcess) => {
    const count = counts.get(process.command.label) ?? 0
    counts.set(process.command.label, count + 1)
    process.print(`${process.command.label} attempt ${process.command.env["A"]}\n`)
    const end = ends[process.command.label]?.[count] ?? 0
    if (end !== "never") process.end(end)
  }
  const clock = fakeClock()
  const groups = fakeProcessGroups({ onStart })
  const stop = new AbortController()
  const told: string[] = []
  const reports: string[] = []
  const report = (progress: Progress) =>
    told.push("text" in progress ? progress.text : "line" in progress ? `${progress.source}: ${progress.line}` : "")
  const context = { groups, clock, files, layout: createLayout({ root: "/", enclosed: true }), report, relayed }
  const list = runHookList(context, {
    hooks,
    speaker: "redis.default",
    logs,
    signal: stop.signal,
    onReport: (done) => reports.push(`${done.hook} ${done.outcome.tag}`),
  })
  const advance = async (ms: number) => {
    await settle()
    clock.advance(ms)
    await settle()
  }
  return { ...list, files, groups, stop, told, reports, advance }
}

const identity = (name: string) => ({ event: "post-start", name, path: `/hab/svc/redis/hooks/${name}` }) as const

describe("running the hooks of a moment", () => {
  it("runs them in order, prints their lines and keeps them in logs", async () => {
    const { outcome, retries, groups, files, told, reports } = run(["init", "pre-start"])
    expect(await outcome).toEqual({ tag: "passed" })
    expect(await retries).toEqual([])
    expect(groups.started.map((process) => process.command.label)).toEqual(["init", "pre-start"])
    expect(told).toEqual([
      "redis.default hook[init]:(HK): init attempt 1",
      "redis.default hook[pre-start]:(HK): pre-start attempt 1",
    ])
    expect(files.readText(`${LOGS}/init.stdout.log`)).toBe("init attempt 1\n")
    expect(files.readText(`${LOGS}/init.stderr.log`)).toBe("")
    expect(reports).toEqual(["init succeeded", "pre-start succeeded"])
  })

  it("passes when there are none", async () => {
    expect(await run([]).outcome).toEqual({ tag: "passed" })
  })

  it("stops at the first failure that is not ignored", async () => {
    const { outcome, groups } = run(["init", "pre-start"], { init: [7] })
    expect(await outcome).toEqual({
      tag: "failed",
      problem: "Initialization failed! 'init' exited with status code 7",
    })
    expect(groups.started).toHaveLength(1)
  })

  it("warns of an ignored failure and goes on", async () => {
    const first = { hook: identity("post-start"), ignoreErrors: true }
    const { outcome, groups, told } = run([first, "init"], { "post-start": [3] })
    expect(await outcome).toEqual({ tag: "passed" })
    expect(groups.started).toHaveLength(2)
    expect(told).toContain("redis.default(HK): 'post-start' exited with status code 3; the failure is ignored")
  })

  it("tells a hook that overran its deadline from one that failed", async () => {
    const { outcome, advance } = run([{ hook: identity("init"), timeoutMs: 2_000 }], { init: ["never"] })
    await advance(2_000)
    expect(await outcome).toEqual({
      tag: "timed-out",
      problem: "Initialization failed! 'init' was ended: it ran longer than its limit of 2 s",
    })
  })

  it("is cancelled whole: the running hook is ended and the rest never starts", async () => {
    const { outcome, groups, stop } = run(["init", "pre-start"], { init: ["never"] })
    await settle()
    stop.abort()
    expect(await outcome).toEqual({ tag: "cancelled" })
    expect(groups.started.map((process) => process.signals)).toEqual([["SIGTERM"]])
  })

  it("says once a minute that a hook without deadline still runs", async () => {
    const { groups, told, advance } = run(["init"], { init: ["never"] })
    await advance(60_000)
    groups.latest().end(0)
    expect(told).toContain("redis.default hook[init]:(HK): still running after 60 s")
  })

  it("treats a script that cannot be executed as a failure that names it, without starting anything", async () => {
    const hook = { event: "pre-start", name: "init", path: "/hab/svc/redis/hooks/gone" } as const
    const { outcome, groups } = run([{ hook }])
    expect(await outcome).toMatchObject({
      tag: "failed",
      problem: expect.stringContaining(
        "'init' could not be started at pre-start: /hab/svc/redis/hooks/gone: there is no such file",
      ),
    })
    expect(groups.started).toEqual([])
  })

  it("runs a hook whose log cannot be written, and says so once", async () => {
    const { outcome, told } = run(["init"], {}, { logs: "/full/disk" })
    expect(await outcome).toEqual({ tag: "passed" })
    expect(told.filter((text) => text.includes("its output is not logged: "))).toHaveLength(1)
  })
})

it("what hooks say is neither printed nor logged where the launcher does both", async () => {
  const { outcome, files, told } = run(["init"], {}, { relayed: true })
  expect(await outcome).toEqual({ tag: "passed" })
  expect(told).toEqual([])
  expect(files.readDirectory(LOGS)).toEqual([])
})

describe("a hook that is retried", () => {
  const postRun = (retry = RETRY) => ({ hook: identity("post-run"), retry })

  it("gives way after its first attempt and runs again beside the list after growing pauses", async () => {
    const { outcome, retries, groups, told, advance } = run([postRun(), "post-start"], { "post-run": [1, 1, 1] })
    expect(await outcome).toEqual({ tag: "passed" })
    const attempts = () => groups.started.filter((process) => process.command.label === "post-run").length
    expect(attempts()).toBe(1)
    await advance(999)
    expect(attempts()).toBe(1)
    await advance(1)
    await advance(2_000)
    expect(attempts()).toBe(3)
    await advance(4_000)
    expect(attempts()).toBe(4)
    expect(await retries).toEqual([])
    expect(groups.latest("post-run").command.env["A"]).toBe("4")
    expect(told).toContain("redis.default(HK): 'post-run' exited with status code 1; it runs again in 4 s")
  })

  it("never waits longer than its longest pause", async () => {
    const { groups, advance } = run([postRun()], { "post-run": Array(40).fill(1) })
    for (let pause = 0; pause < 8; pause += 1) await advance(30_000)
    const before = groups.started.length
    await advance(30_000)
    expect(groups.started.length).toBe(before + 1)
  })

  it("is given up after its most retries", async () => {
    const { retries, groups, told, advance } = run([postRun({ ...RETRY, max: 1 })], { "post-run": [1, 1, 1] })
    await advance(1_000)
    expect(await retries).toEqual([identity("post-run")])
    expect(groups.started).toHaveLength(2)
    expect(told.at(-1)).toContain("it is given up after 2 attempts")
  })

  it("ends with its list's signal, in a pause or while it runs", async () => {
    const pausing = run([postRun()], { "post-run": [1] })
    await settle()
    pausing.stop.abort()
    expect(await pausing.retries).toEqual([identity("post-run")])
    const running = run([postRun()], { "post-run": [1, "never"] })
    await running.advance(1_000)
    running.stop.abort()
    expect(await running.retries).toEqual([identity("post-run")])
    expect(running.groups.latest().signals).toEqual(["SIGTERM"])
  })
})
