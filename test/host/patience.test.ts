import { describe, expect, it } from "vitest"
import { watchOver } from "../../src/host/patience.ts"
import { fakeClock } from "../support/fake-clock.ts"

const reasonOf = ({ reason }: AbortSignal) => (reason as Error | undefined)?.message

describe("a pace", () => {
  it("is kept for as long as more than ten bytes a second move, however they come", () => {
    const clock = fakeClock()
    const { signal, moved } = watchOver({ paceMs: 60_000 }, clock)
    for (let minute = 0; minute < 100; minute++) {
      clock.advance(59_999)
      moved(600)
    }
    expect(signal.aborted).toBe(false)
    for (let second = 0; second < 600; second++) {
      moved(11)
      clock.advance(1_000)
    }
    expect(signal.aborted).toBe(false)
  })

  it("is lost in silence, and by a byte now and then", () => {
    const clock = fakeClock()
    const silent = watchOver({ paceMs: 60_000 }, clock).signal
    const trickling = watchOver({ paceMs: 60_000 }, clock)
    for (let second = 1; second < 60; second++) {
      clock.advance(1_000)
      trickling.moved(1)
    }
    expect([silent.aborted, trickling.signal.aborted]).toEqual([false, false])
    clock.advance(1_000)
    expect([silent, trickling.signal].map(reasonOf)).toEqual([
      "nothing arrived for 60 s",
      "fewer than 600 bytes moved in 60 s",
    ])
  })
})

describe("a deadline", () => {
  it("is the same whatever moves", () => {
    const clock = fakeClock()
    const { signal, moved } = watchOver({ deadlineMs: 500 }, clock)
    clock.advance(499)
    moved(1_000_000)
    expect(signal.aborted).toBe(false)
    clock.advance(1)
    expect(reasonOf(signal)).toBe("no answer within 500 ms")
  })
})

describe("a watch", () => {
  it("that was stopped ends nothing, and ends when it is told to", () => {
    const clock = fakeClock()
    const caller = new AbortController()
    const stopped = watchOver({ paceMs: 1_000 }, clock)
    const told = watchOver({ paceMs: 1_000, signal: caller.signal }, clock)
    stopped.stop()
    clock.advance(999)
    caller.abort()
    expect(told.signal.aborted).toBe(true)
    clock.advance(1_000)
    expect(stopped.signal.aborted).toBe(false)
  })
})
