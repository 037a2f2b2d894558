import { describe, expect, it } from "vitest"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"
import { FAILED, upDriver } from "./driver.ts"

const RESTART = ["terminate", "start-timer kill 8000"]
const changed = { tag: "inputs-changed" } as const

describe("a running service whose inputs change", () => {
  it("does nothing when no text differs", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    expect(service.send(changed)).toEqual(["render"])
    expect(service.rendered()).toEqual([])
  })

  it("is reconfigured and keeps its process", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    service.send(changed)
    expect(service.rendered({ config: ["app.conf"] })).toEqual(["run-hooks reconfigure"])
    expect(service.hooks("reconfigure")).toEqual([])
    expect(service.service()).toMatchObject({ run: 1, state: { tag: "up" }, life: { work: "idle" } })
  })

  it("is restarted and not reconfigured when its run hook changed too", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    service.send(changed)
    expect(service.rendered({ hooks: ["run"], config: ["app.conf"] })).toEqual(RESTART)
    expect(service.service().reason).toBe("hook-changed")
  })

  it("takes up a second change when the reconfigure for the first is over", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    service.send(changed)
    service.rendered({ config: ["app.conf"] })
    expect(service.send(changed)).toEqual([])
    expect(service.hooks("reconfigure")).toEqual(["render"])
    expect(service.rendered({ config: ["app.conf"] })).toEqual(["run-hooks reconfigure"])
  })

  it("acts once on changes that were rendered one after the other", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    service.send(changed)
    service.send(changed)
    expect(service.rendered({ config: ["app.conf"] })).toEqual(["render"])
    expect(service.rendered({ hooks: ["init"] })).toEqual(RESTART)
  })

  it("keeps running when a template cannot be rendered any more", () => {
    const service = upDriver()
    service.send(changed)
    expect(service.send({ tag: "render-failed", run: 1, problem: "no such helper" })).toEqual([])
    expect(service.state()).toBe("up")
    expect(service.service().problem).toBe("no such helper")
  })

  it("is restarted when its reconfigure hook fails and that counts", () => {
    const service = upDriver({ hooks: ["reconfigure"] })
    service.send(changed)
    service.rendered({ config: ["app.conf"] })
    expect(service.hooks("reconfigure", FAILED)).toEqual(RESTART)
  })

  it("is restarted with a new release, whose hooks count from the next run on", () => {
    const service = upDriver({ hooks: ["pre-stop"] })
    const settings = { ...DEFAULT_SETTINGS, hooks: ["pre-start" as const] }
    expect(service.send({ tag: "package-changed", settings })).toEqual(["run-hooks pre-stop"])
    service.hooks("pre-stop")
    expect(service.emptied()).toEqual(["cancel-timer kill", "render"])
    expect(service.rendered()).toEqual(["run-hooks pre-start"])
  })
})

describe("a hook that refuses", () => {
  it("keeps the process, and is asked again at the next change", () => {
    const service = upDriver({ hooks: ["pre-stop"] })
    expect(service.send({ tag: "stop", reason: "manual" })).toEqual(["run-hooks pre-stop"])
    expect(service.hooks("pre-stop", FAILED)).toEqual([])
    expect(service.state()).toBe("up")
    expect(service.service().refused).toMatchObject({ next: "down", moment: "pre-stop" })
    expect(service.send(changed)).toEqual(["render"])
    expect(service.rendered()).toEqual(["run-hooks pre-stop"])
    expect(service.state()).toBe("leaving{down}")
  })

  it("is not heeded by force, nor by a shutdown", () => {
    for (const wish of [{ reason: "manual", force: true }, { reason: "shutdown" }] as const) {
      const service = upDriver({ hooks: ["pre-stop"] })
      service.send({ tag: "stop", ...wish })
      expect(service.hooks("pre-stop", FAILED)).toEqual(["terminate", "start-timer kill 8000"])
    }
  })

  it("does not bring back a service that crashed after its stop was refused", () => {
    const service = upDriver({ hooks: ["pre-stop"] })
    service.send({ tag: "stop", reason: "manual" })
    service.hooks("pre-stop", FAILED)
    service.exited()
    service.emptied()
    expect(service.state()).toBe("down")
  })

  it("is forgotten when somebody starts the service", () => {
    const service = upDriver({ hooks: ["pre-stop"] })
    service.send({ tag: "stop", reason: "manual" })
    service.hooks("pre-stop", FAILED)
    expect(service.send({ tag: "start", reason: "manual" })).toEqual(["render"])
    expect(service.rendered()).toEqual([])
    expect(service.service().refused).toBeUndefined()
  })

  it("before a restart, hanging without a deadline, does not keep the service from stopping", () => {
    const service = upDriver({ hooks: ["pre-restart", "pre-stop"] })
    expect(service.send({ tag: "restart", reason: "manual" })).toEqual(["run-hooks pre-restart"])
    expect(service.send({ tag: "stop", reason: "manual" })).toEqual(["cancel-hooks pre-restart", "run-hooks pre-stop"])
  })
})

describe("the health of a running service", () => {
  const answer = (tag: "ok" | "critical") => ({ tag: "health-result", run: 1, answer: tag }) as const

  it("is asked again after every answer, never twice at once", () => {
    const service = upDriver({ hooks: ["health-check"] })
    expect(service.send(answer("ok"))).toEqual(["start-timer health 0"])
    expect(service.timer("health")).toEqual(["check-health"])
    expect(service.send(answer("ok"))).toEqual(["start-timer health 30000"])
  })

  it("is asked sooner until it is healthy for the first time, where that is wished", () => {
    const service = upDriver({ hooks: ["health-check"], healthBackoff: true, healthFailureThreshold: 100 })
    const pauses = ["failed", "critical", "unknown", "critical", "critical", "critical", "ok", "critical"].map(
      (said) => {
        const [effect = ""] = service.send(answer(said as "ok"))
        service.timer("health")
        return Number(effect.split(" ")[2])
      },
    )
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 0, 30_000])
  })

  it("is told to hooks when it turns, and restarts the service after them where that is wished", () => {
    const service = upDriver({
      hooks: ["health-check", "post-unhealthy"],
      healthFailureThreshold: 2,
      onUnhealthy: "restart",
    })
    expect(service.send(answer("critical"))).toEqual(["start-timer health 30000"])
    service.timer("health")
    expect(service.send(answer("critical"))).toEqual(["run-hooks post-unhealthy", "start-timer health 30000"])
    expect(service.hooks("post-unhealthy")).toEqual(["cancel-timer health", "terminate", "start-timer kill 8000"])
    expect(service.state()).toBe("stopping{retry}")
    expect(service.service().reason).toBe("unhealthy")
  })

  it("is asked anew after a reconfigure, and an answer from before it is not waited on", () => {
    const service = upDriver({ hooks: ["health-check", "reconfigure"] })
    service.send(changed)
    service.rendered({ config: ["app.conf"] })
    expect(service.hooks("reconfigure")).toEqual([])
    expect(service.send(answer("ok"))).toEqual(["check-health"])
  })

  it("is asked no more when the check is taken away", () => {
    const service = upDriver({ hooks: ["health-check"] })
    service.send(answer("ok"))
    expect(service.send({ tag: "settings-changed", settings: DEFAULT_SETTINGS })).toEqual(["cancel-timer health"])
  })
})
