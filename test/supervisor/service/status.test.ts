import { describe, expect, it } from "vitest"
import { newService, type State } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"
import { explain, healthOf } from "../../../src/supervisor/service/status.ts"
import { createDriver, FAILED, upDriver } from "./driver.ts"

const stop = { tag: "stop", reason: "manual" } as const

describe("the explanation of a service", () => {
  it("names the bind it waits for, the hooks that run, and the launcher", () => {
    const service = createDriver({ hooks: ["pre-start"] }, false)
    expect(explain(service.service(), 0)).toMatchObject({ state: "down", why: "nobody has started it", awaits: [] })
    service.send({ tag: "start", reason: "manual" })
    expect(explain(service.service(), 0)).toMatchObject({
      why: "what it needs before it starts is not there",
      awaits: ["its binds"],
    })
    service.send({ tag: "binds-met" })
    expect(explain(service.service(), 0).awaits).toEqual(["the rendering"])
    service.rendered()
    expect(explain(service.service(), 0)).toMatchObject({
      why: "run 1: pre-start hooks run",
      awaits: ["the end of the pre-start hooks"],
    })
    service.send({ tag: "inputs-changed" })
    service.hooks("pre-start")
    expect(explain(service.service(), 0).why).toBe("run 1: inputs changed while it was initialized and are rendered")
    service.rendered()
    expect(explain(service.service(), 0).awaits).toEqual(["the launcher"])
  })

  it("says what failed and how much of the back-off is left", () => {
    const service = createDriver()
    service.send({ tag: "start", reason: "manual" })
    service.rendered()
    service.send({ tag: "start-failed", run: 1, problem: "run: no such file" })
    service.emptied()
    const { why, awaits } = explain(service.service(), 400)
    expect(why).toBe("run: no such file; failure 1 in a row")
    expect(awaits[0]).toBe("the back-off: 0.6 s left")
  })

  it("says how the process ended and why it is not started again", () => {
    const service = upDriver({ restart: "on-failure" })
    service.exited({ tag: "exited", code: 0 })
    expect(explain(service.service(), 0).why).toContain("it has finished (exit)")
    service.emptied()
    expect(explain(service.service(), 0).why).toBe(
      "its process exited with status 0 and the restart policy leaves it at that",
    )
    const other = upDriver({ restart: "no" })
    other.exited()
    other.emptied()
    expect(explain(other.service(), 0).why).toBe("its process was killed by SIGKILL; nothing starts it again by itself")
  })

  it("tells of a refusal, of what degrades it and of its health", () => {
    const service = upDriver({ hooks: ["pre-stop", "health-check", "file-updated"], healthFailureThreshold: 1 })
    expect(explain(service.service(), 0)).toMatchObject({
      why: "its process runs",
      awaits: ["its first healthy check"],
    })
    service.send({ tag: "files-updated" })
    service.hooks("file-updated", FAILED)
    service.send({ tag: "health-result", run: 1, answer: "critical" })
    service.send(stop)
    expect(explain(service.service(), 0).why).toBe("it stops (manual): pre-stop hooks run")
    service.hooks("pre-stop", FAILED)
    expect(explain(service.service(), 0).complaints).toEqual([
      "refused by hook: pre-stop kept it (it exited with status 1); tried again at the next change",
      "degraded: it exited with status 1",
      "unhealthy: 1 checks in a row failed",
    ])
  })

  it("says when it is killed, and what is done when nothing is alive", () => {
    const service = upDriver({ hooks: ["post-stop"] })
    service.send(stop)
    expect(explain(service.service(), 1_000)).toMatchObject({
      why: "it stops (manual): everything of run 1 was told to end",
      awaits: ["the end of all its processes; SIGKILL in 7.0 s"],
    })
    service.timer("kill")
    expect(explain(service.service(), 0).awaits).toEqual(["the end of all its processes; SIGKILL again in 1.0 s"])
    service.emptied()
    expect(explain(service.service(), 0).why).toBe("it stops (manual): nothing is alive, post-stop hooks run")
    service.hooks("post-stop")
    service.emptied()
    expect(explain(service.service(), 0).why).toBe("it was stopped")
  })
})

const UP: State = { tag: "up" }
const WAITING: State = { tag: "waiting", untilMs: 9 }

/** The health of a service in this state; `checked`: what its check said last. */
function healthIn(state: State, checked?: "warning") {
  const settings = { ...DEFAULT_SETTINGS, hooks: checked === undefined ? [] : (["health-check"] as const) }
  const service = newService({ settings, nowMs: 0, bindsMet: true })
  return healthOf({ ...service, state, health: { ...service.health, status: checked ?? "unknown" } })
}

describe("the health of a service", () => {
  it("is what the check says while it is up, and ok without a check", () => {
    expect(healthIn(UP, "warning")).toBe("warning")
    expect(healthIn({ tag: "leaving", next: "down", moments: [], force: false }, "warning")).toBe("warning")
    expect(healthIn(UP)).toBe("ok")
  })

  it("is unknown while it is down or on its way up or down, whatever an earlier check said", () => {
    const stopping = { tag: "stopping", next: "down", killing: false, killAtMs: 0 } as const
    for (const state of [{ tag: "down", why: "stopped" }, { tag: "blocked" }, { tag: "starting" }, stopping] as const) {
      expect([healthIn(state, "warning"), healthIn(state)]).toEqual(["unknown", "unknown"])
    }
  })

  it("is critical without a check while it waits to be restarted, and unknown with one", () => {
    expect([healthIn(WAITING), healthIn(WAITING, "warning")]).toEqual(["critical", "unknown"])
  })

  it("goes with its process: what was ok is unknown in the step in which the process ends", () => {
    const service = upDriver({ hooks: ["health-check"] })
    service.send({ tag: "health-result", run: 1, answer: "ok" })
    expect(healthOf(service.service())).toBe("ok")
    service.send({ tag: "process-exited", run: 1, status: { tag: "exited", code: 1 } })
    expect([healthOf(service.service()), service.service().life.pid]).toEqual(["unknown", undefined])
  })
})
