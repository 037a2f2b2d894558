import { describe, expect, it } from "vitest"
import { executeHook, type HookRun } from "../../src/hooks/execute.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { type FakeProcess, fakeProcessGroups } from "../support/fake-process-groups.ts"
import { settle } from "../support/settle.ts"

const init: HookRun = {
  hook: { event: "pre-start", name: "init", path: "/hab/svc/redis/hooks/init" },
  command: { label: "redis.default init", runId: "1", argv: ["/hab/svc/redis/hooks/init"], env: {} },
  timeoutMs: 30_000,
}

function start(run: Partial<HookRun> = {}, play: Parameters<typeof fakeProcessGroups>[0] = {}) {
  const clock = fakeClock()
  const groups = fakeProcessGroups(play)
  const report = executeHook({ groups, clock }, { ...init, ...run })
  let ended = false
  void report.then(() => {
    ended = true
  })
  const advance = async (ms: number) => {
    await settle()
    clock.advance(ms)
    await settle()
  }
  return { clock, groups, report, advance, hasEnded: () => ended }
}

const ignoresTerm = (process: FakeProcess, signal: string) => {
  if (signal === "SIGKILL") process.end({ tag: "signaled", signal })
}

describe("running one hook", () => {
  it("succeeds with what it printed first and last", async () => {
    const lines: string[] = []
    const { report } = start(
      { keepBytes: 8, onLine: (stream, line) => lines.push(`${stream}: ${line}`) },
      {
        onStart: (process) => {
          process.print("first\nsec")
          process.print("a warning\n", "stderr")
          process.print("ond\n17\n\n")
          process.end(0)
        },
      },
    )
    expect(await report).toEqual({
      event: "pre-start",
      hook: "init",
      path: "/hab/svc/redis/hooks/init",
      outcome: { tag: "succeeded" },
      elapsedMs: 0,
      firstOutput: "first\nse",
      lastLine: "17",
    })
    expect(lines).toEqual(["stdout: first", "stderr: a warning", "stdout: second", "stdout: 17", "stdout: "])
  })

  it.each([[{ tag: "exited", code: 3 }], [{ tag: "signaled", signal: "SIGSEGV" }], [{ tag: "unknown" }]] as const)(
    "fails when it ended as %o",
    async (status) => {
      const { report } = start({}, { onStart: (process) => process.end(status) })
      expect((await report).outcome).toEqual({ tag: "failed", status })
    },
  )

  it("is sent SIGTERM at its deadline and is then timed out, whatever its exit code", async () => {
    const { groups, report, advance } = start({}, { onSignal: (process) => process.end(0) })
    await advance(29_999)
    expect(groups.latest().signals).toEqual([])
    await advance(1)
    expect(groups.latest().signals).toEqual(["SIGTERM"])
    expect(await report).toMatchObject({ outcome: { tag: "timed-out", afterMs: 30_000 }, elapsedMs: 30_000 })
  })

  it("is killed five seconds after a SIGTERM it ignored", async () => {
    const { groups, report, advance } = start({}, { onSignal: ignoresTerm })
    await advance(30_000)
    await advance(4_999)
    expect(groups.latest().signals).toEqual(["SIGTERM"])
    await advance(1)
    expect(groups.latest().signals).toEqual(["SIGTERM", "SIGKILL"])
    expect((await report).outcome.tag).toBe("timed-out")
  })

  it("is killed whole when only its leader heeded SIGTERM", async () => {
    const onSignal = (process: FakeProcess, signal: string) => {
      if (signal === "SIGTERM") process.end({ tag: "signaled", signal }, { leavesChild: true })
      else process.vanish()
    }
    const { groups, report, advance, hasEnded } = start({}, { onSignal })
    await advance(30_000)
    expect(hasEnded()).toBe(false)
    await advance(5_000)
    expect(groups.latest().signals).toEqual(["SIGTERM", "SIGKILL"])
    expect((await report).outcome.tag).toBe("timed-out")
  })

  it("is given up when not even SIGKILL ends it", async () => {
    const { report, advance, hasEnded } = start({}, { onSignal: () => undefined })
    await advance(30_000)
    await advance(5_000)
    expect(hasEnded()).toBe(false)
    await advance(5_000)
    expect((await report).outcome.tag).toBe("timed-out")
  })

  it("is ended the same way when it is cancelled", async () => {
    const stop = new AbortController()
    const { groups, report, advance } = start({ signal: stop.signal, timeoutMs: 0 }, { onSignal: ignoresTerm })
    await settle()
    stop.abort()
    await advance(5_000)
    expect(groups.latest().signals).toEqual(["SIGTERM", "SIGKILL"])
    expect((await report).outcome).toEqual({ tag: "cancelled" })
  })

  it("is never started when it was cancelled before", async () => {
    const { groups, report } = start({ signal: AbortSignal.abort() })
    expect((await report).outcome).toEqual({ tag: "cancelled" })
    expect(groups.started).toEqual([])
  })

  it("is done when its process exits, whatever that left running, and drops what is printed later", async () => {
    const lines: string[] = []
    const { groups, report } = start(
      { onLine: (_, line) => lines.push(line) },
      { onStart: (process) => process.end(0, { leavesChild: true }) },
    )
    expect((await report).outcome).toEqual({ tag: "succeeded" })
    groups.latest().print("from a child\n")
    expect(groups.latest().signals).toEqual([])
    expect(lines).toEqual([])
  })

  it("tells once a minute that a hook without deadline still runs, until it ends", async () => {
    const told: number[] = []
    const { groups, report, advance } = start({ timeoutMs: 0, onStillRunning: (ms) => told.push(ms) })
    await advance(60_000)
    await advance(60_000)
    expect(told).toEqual([60_000, 120_000])
    groups.latest().end(0)
    expect((await report).elapsedMs).toBe(120_000)
    await advance(600_000)
    expect(told).toEqual([60_000, 120_000])
  })
})
