import { describe, expect, it } from "vitest"
import { type NamedFunction, runShutdownFunctions, runStartFunctions } from "../../src/program/lifecycle.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { until } from "../support/until.ts"

function world() {
  const lines: string[] = []
  const clock = fakeClock()
  return { clock, lines, print: (line: string) => void lines.push(line) }
}

const named = (name: string, run: NamedFunction["run"]): NamedFunction => ({ name, run })
const never = () => new Promise(() => undefined)
const calm = () => new AbortController().signal

describe("functions of onRun", () => {
  it("run in order, and the first that fails keeps the others from running", async () => {
    const { lines, ...machine } = world()
    const functions = [
      named("first", async () => void lines.push("first")),
      named("second", () => Promise.reject(new Error("no database"))),
      named("third", () => void lines.push("third")),
    ]
    const start = runStartFunctions(machine, functions, calm())
    await expect(start).rejects.toMatchObject({ code: "PROGRAM_START_FAILED" })
    await expect(start).rejects.toThrow("second failed: no database; nothing was started")
    expect(lines).toEqual(["first"])
  })

  it("are left when a signal comes", async () => {
    const asked = new AbortController()
    const start = runStartFunctions(world(), [named("slow", never)], asked.signal)
    asked.abort()
    await expect(start).rejects.toThrow("interrupted in slow; nothing was started")
  })
})

describe("functions of onShutdown", () => {
  it("run all at once, and what one throws concerns nobody else", async () => {
    const { lines, ...machine } = world()
    const functions = [
      named("a", () => Promise.reject(new Error("gone"))),
      named("b", () => {
        throw undefined
      }),
      named("c", ({ log }) => log("c ran")),
    ]
    await runShutdownFunctions(machine, functions, { exitWaitMs: 5000, hurry: calm() })
    expect(lines[0]).toBe("Begin graceful shutdown, wait at most 5 s for 3 functions of onShutdown")
    expect(lines.slice(1, -1).sort()).toEqual(["a failed: gone", "b failed: undefined", "c ran"])
    expect(lines.at(-1)).toBe("Every function of onShutdown has finished")
  })

  it("are named, told and left when their time is over", async () => {
    const { lines, clock, print } = world()
    let told = false
    const slow = named("slow", ({ signal }) => {
      signal.addEventListener("abort", () => (told = true))
      return never()
    })
    const functions = [slow, named("quick", () => undefined)]
    const down = runShutdownFunctions({ clock, print }, functions, { exitWaitMs: 2000, hurry: calm() })
    await until("the functions run", () => lines.length > 0)
    clock.advance(2000)
    await down
    expect(told).toBe(true)
    expect(lines.slice(1)).toEqual(["slow is ended: it did not finish within 2 s (timeout)"])
  })

  it("are not waited for any longer when somebody is in a hurry", async () => {
    const { lines, ...machine } = world()
    const hurry = new AbortController()
    const down = runShutdownFunctions(machine, [named("slow", never)], { exitWaitMs: 5000, hurry: hurry.signal })
    hurry.abort()
    await down
    expect(lines.at(-1)).toContain("slow is ended")
  })
})
