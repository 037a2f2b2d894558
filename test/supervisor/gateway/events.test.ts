import { describe, expect, it } from "vitest"
import type { HookOutcome } from "../../../src/hooks/execute.ts"
import { createEventFeed } from "../../../src/supervisor/gateway/event-feed.ts"
import { EVENT_KINDS, eventOfHook, eventsOfStep, printEvent } from "../../../src/supervisor/gateway/events.ts"
import { newService, type Service } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"

const fresh = newService({ settings: DEFAULT_SETTINGS, nowMs: 0, bindsMet: true })
const event = { tag: "start", reason: "manual" } as const
const step = (before: Service, service: Service) =>
  eventsOfStep({ name: "redis", group: "redis.default", service }, { before, event, effects: [], tookMs: 0 }, 5_500)

const report = (outcome: HookOutcome) =>
  eventOfHook(
    { name: "redis", group: "redis.default" },
    { event: "pre-start", hook: "init", path: "/x", outcome, elapsedMs: 12.4, firstOutput: "", lastLine: "" },
    5_500,
  )

describe("what clients of /events are told", () => {
  it("a change of state, with every field of its kind", () => {
    const [told, ...others] = step(fresh, { ...fresh, state: { tag: "up" }, life: { ...fresh.life, pid: 7 }, run: 1 })
    expect(told).toEqual({
      kind: "state",
      data: {
        at: 5.5,
        service: "redis",
        service_group: "redis.default",
        from: "down",
        to: "up",
        reason: "load",
        run: 1,
        pid: 7,
        restarts: 0,
        problem: null,
      },
    })
    expect(Object.keys(told?.data ?? {})).toEqual(Object.keys(EVENT_KINDS.state.fields))
    expect(others).toEqual([])
  })

  it("a change of health", () => {
    const health = { ...fresh.health, status: "critical", failures: 1 } as const
    const [told] = step(fresh, { ...fresh, health })
    expect(told).toMatchObject({ kind: "health", data: { from: "unknown", to: "critical", failures: 1 } })
    expect(Object.keys(told?.data ?? {})).toEqual(Object.keys(EVENT_KINDS.health.fields))
  })

  it("nothing of a step that changes neither", () => {
    expect(step(fresh, { ...fresh, stale: true })).toEqual([])
  })

  it.each([
    [{ tag: "succeeded" }, { exit_code: 0, signal: null, problem: null }],
    [
      { tag: "failed", status: { tag: "exited", code: 3 } },
      { exit_code: 3, problem: "Initialization failed! 'init' exited with status code 3" },
    ],
    [
      { tag: "failed", status: { tag: "signaled", signal: "SIGKILL" } },
      { exit_code: null, signal: "SIGKILL" },
    ],
    [
      { tag: "timed-out", afterMs: 1_000 },
      { exit_code: null, problem: expect.stringContaining("limit of 1 s") },
    ],
    [{ tag: "cancelled" }, { exit_code: null, problem: null }],
  ] as const)("a hook that %j", (outcome, expected) => {
    const told = report(outcome)
    expect(told.data).toMatchObject({
      event: "pre-start",
      hook: "init",
      outcome: outcome.tag,
      elapsed_ms: 12,
      ...expected,
    })
    expect(Object.keys(told.data)).toEqual(Object.keys(EVENT_KINDS.hook.fields))
  })

  it("in the form of server-sent events", () => {
    const text = printEvent(4, report({ tag: "succeeded" }))
    expect(text).toMatch(/^id: 4\nevent: hook\ndata: \{.*\}\n\n$/)
  })
})

describe("the feed of events", () => {
  /** A listener that takes `room` writes before it says that it is slow. */
  function listen(feed: ReturnType<typeof createEventFeed>, room = Number.POSITIVE_INFINITY) {
    const texts: string[] = []
    const reader: { room: number; resume: () => void } = { room, resume: () => undefined }
    const leave = feed.admit()?.({
      write: (text) => {
        texts.push(text)
        reader.room -= 1
        return reader.room > 0
      },
      onDrained: (resume) => {
        reader.resume = resume
      },
    })
    return { texts, reader, leave: () => leave?.() }
  }
  const hook = report({ tag: "succeeded" })
  const idsOf = (texts: readonly string[]) => texts.map((text) => /^id: (\d+)/.exec(text)?.[1] ?? text.trim())

  it("tells everyone who listens, and nobody who left", () => {
    const feed = createEventFeed()
    expect(feed.isHeard()).toBe(false)
    const [a, b] = [listen(feed), listen(feed)]
    expect(feed.isHeard()).toBe(true)
    feed.publish(hook)
    a.leave()
    feed.publish(hook)
    expect(idsOf(a.texts)).toEqual([": connected", "1"])
    expect(idsOf(b.texts)).toEqual([": connected", "1", "2"])
    b.leave()
    expect(feed.isHeard()).toBe(false)
  })

  it("holds nothing back for a slow client, tells it how many it missed, and goes on", () => {
    const feed = createEventFeed()
    const [slow, quick] = [listen(feed, 3), listen(feed)]
    for (let count = 0; count < 6; count++) feed.publish(hook)
    expect(idsOf(slow.texts)).toEqual([": connected", "1", "2"])
    slow.reader.room = 3
    slow.reader.resume()
    feed.publish(hook)
    expect(slow.texts[3]).toBe("event: skipped\ndata: [4 events skipped]\n\n")
    expect(idsOf(slow.texts.slice(4))).toEqual(["7"])
    expect(idsOf(quick.texts)).toEqual([": connected", "1", "2", "3", "4", "5", "6", "7"])
  })

  it("sends the 65th client away until another leaves", () => {
    const feed = createEventFeed()
    const clients = Array.from({ length: 64 }, () => listen(feed))
    expect(feed.admit()).toBeUndefined()
    clients[0]?.leave()
    expect(feed.admit()).toBeDefined()
  })
})
