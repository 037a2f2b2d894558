import { describe, expect, it } from "vitest"
import type { Report } from "../../../src/base/progress.ts"
import { type Look, lookAgain } from "../../../src/cli/waiting/look-again.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { settle } from "../../support/settle.ts"

/** Somebody who waits, and what is found as time passes. */
function waiting(timeoutSec?: number) {
  const clock = fakeClock()
  const told: string[] = []
  const stop = new AbortController()
  const world = { found: { tag: "open", open: "db to start" } as Look<string, string> }
  const report: Report = (progress) => void (progress.tag === "note" && told.push(progress.text))
  const context = { host: { clock }, signal: stop.signal, report }
  const end = lookAgain(context, async () => world.found, {
    timeoutSec,
    late: (open) => new Error(`late: ${open}`),
    interrupted: () => new Error("interrupted"),
    note: (open) => ({ about: open, text: `waiting for ${open}` }),
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      await settle()
      clock.advance(50)
    }
    await settle()
  }
  end.catch(() => undefined)
  return { world, told, end, pass, stop }
}

describe("looking again until something is over", () => {
  it("gives what was found, and tells nobody who waits a moment only", async () => {
    const { world, told, end, pass } = waiting()
    await pass(1_000)
    world.found = { tag: "over", value: "db is up" }
    await pass(50)
    expect(await end).toBe("db is up")
    expect(told).toEqual([])
  })

  it("tells after two seconds what is waited for, and again only what is new", async () => {
    const { world, told, pass, stop } = waiting()
    await pass(3_000)
    world.found = { tag: "open", open: "web to start" }
    await pass(1_000)
    stop.abort()
    expect(told).toEqual(["waiting for db to start", "waiting for web to start"])
  })

  it("fails when the time is over, and at Ctrl-C", async () => {
    const late = waiting(2)
    await late.pass(2_000)
    await expect(late.end).rejects.toThrow("late: db to start")
    const interrupted = waiting()
    interrupted.stop.abort()
    await interrupted.pass(50)
    await expect(interrupted.end).rejects.toThrow("interrupted")
  })
})
