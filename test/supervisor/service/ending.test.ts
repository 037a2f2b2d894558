import { describe, expect, it } from "vitest"
import { createDriver, FAILED, upDriver } from "./driver.ts"

const TERMINATE = ["terminate", "start-timer kill 8000"]
const stop = { tag: "stop", reason: "manual" } as const
const start = { tag: "start", reason: "manual" } as const

describe("a service that is stopped", () => {
  it("runs post-stop once everything is gone, and ends what post-stop left behind", () => {
    const service = upDriver({ hooks: ["pre-stop", "post-stop"] })
    expect(service.send(stop)).toEqual(["run-hooks pre-stop"])
    expect(service.hooks("pre-stop")).toEqual(TERMINATE)
    expect(service.exited()).toEqual([])
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-stop"])
    expect(service.hooks("post-stop")).toEqual(TERMINATE)
    expect(service.emptied()).toEqual(["cancel-timer kill"])
    expect(service.state()).toBe("down")
  })

  it("is killed when it ignores the signal, again and again until nothing is left", () => {
    const service = upDriver()
    service.send({ ...stop, timeoutMs: 300 })
    expect(service.timer("kill")).toEqual(["kill", "start-timer kill 1000"])
    expect(service.timer("kill")).toEqual(["kill", "start-timer kill 1000"])
    expect(service.emptied()).toEqual(["cancel-timer kill"])
  })

  it("takes no longer than the last one who asked wants", () => {
    const service = upDriver()
    expect(service.send(stop)).toEqual(TERMINATE)
    expect(service.send({ ...stop, timeoutMs: 100 })).toEqual(["start-timer kill 100"])
    expect(service.send(stop)).toEqual([])
  })

  it("goes where the last wish wants while it is being stopped", () => {
    const service = upDriver()
    service.send(stop)
    service.send(start)
    expect(service.state()).toBe("stopping{start}")
    service.send({ tag: "unload", reason: "unload" })
    expect(service.state()).toBe("stopping{gone}")
    expect(service.emptied()).toEqual(["cancel-timer kill", "forget"])
  })

  it("is not started by a watch or a dependency, only by hand", () => {
    const service = upDriver()
    service.send(stop)
    service.send({ tag: "restart", reason: "watch" })
    expect(service.state()).toBe("stopping{down}")
    service.emptied()
    expect(service.send({ tag: "restart", reason: "dependency" })).toEqual([])
    expect(service.send({ tag: "restart", reason: "manual" })).toEqual(["render"])
  })

  it("leaves a post-exit hook that hangs, by force, but still runs post-stop", () => {
    const service = upDriver({ hooks: ["post-exit", "post-stop"] })
    service.exited()
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-exit"])
    expect(service.send({ ...stop, force: true })).toEqual(["cancel-hooks post-exit", "run-hooks post-stop"])
    expect(service.send({ ...stop, force: true })).toEqual(TERMINATE)
  })

  it("does not start when its post-stop fails and that counts", () => {
    const service = upDriver({ hooks: ["post-stop"] })
    service.send({ tag: "restart", reason: "manual" })
    service.emptied()
    service.hooks("post-stop", FAILED)
    service.emptied()
    expect(service.service().state).toEqual({ tag: "down", why: "failed" })
  })
})

describe("a service whose process ends by itself", () => {
  it("restarts at once after ten seconds of being up, then waits longer each time", () => {
    const service = upDriver()
    service.pass(10_000)
    expect(service.exited()).toEqual(TERMINATE)
    expect(service.emptied()).toEqual(["cancel-timer kill", "render"])
    for (const delayMs of [1000, 2000, 4000]) {
      service.rendered()
      service.started()
      service.exited()
      expect(service.emptied()).toEqual(["cancel-timer kill", `start-timer retry ${delayMs}`])
      service.timer("retry")
    }
  })

  it("runs post-exit and post-stop before, pre-restart and post-restart around the next start", () => {
    const service = upDriver({ hooks: ["post-exit", "post-stop", "pre-restart", "post-start", "post-restart"] })
    service.hooks("post-start")
    service.pass(10_000)
    service.exited()
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-exit"])
    expect(service.hooks("post-exit")).toEqual(["run-hooks post-stop"])
    service.hooks("post-stop")
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks pre-restart"])
    expect(service.hooks("pre-restart")).toEqual(["render"])
    service.rendered()
    expect(service.started()).toEqual(["run-hooks post-start"])
    expect(service.hooks("post-start")).toEqual(["run-hooks post-restart"])
  })

  it("takes a refusing pre-restart for a failed start when nothing is left to keep", () => {
    const service = upDriver({ hooks: ["pre-restart"] })
    service.pass(10_000)
    service.exited()
    service.emptied()
    expect(service.hooks("pre-restart", FAILED)).toEqual(TERMINATE)
    expect(service.emptied()).toEqual(["cancel-timer kill", "start-timer retry 1000"])
    expect(service.timer("retry")).toEqual(["run-hooks pre-restart"])
  })

  it("does not restart when post-exit fails and that counts", () => {
    const service = upDriver({ hooks: ["post-exit"] })
    service.exited()
    service.emptied()
    service.hooks("post-exit", FAILED)
    service.emptied()
    expect(service.service().state).toEqual({ tag: "down", why: "failed" })
  })

  it("stays down as its restart policy says", () => {
    const ends = [
      ["on-failure", 0, "finished"],
      ["on-failure", 1, undefined],
      ["no", 0, "finished"],
      ["no", 1, "failed"],
      ["always", 0, undefined],
    ] as const
    for (const [restart, code, why] of ends) {
      const service = upDriver({ restart })
      service.exited({ tag: "exited", code })
      service.emptied()
      const { state } = service.service()
      expect([restart, code, state.tag === "down" ? state.why : undefined]).toEqual([restart, code, why])
    }
  })

  it("ignores the late end of a process of an older run", () => {
    const service = upDriver()
    service.send({ tag: "restart", reason: "manual" })
    service.emptied()
    service.rendered()
    service.started()
    service.send({ tag: "process-exited", run: 1, status: { tag: "exited", code: 0 } })
    expect(service.state()).toBe("up")
  })

  it("ignores a timer that fired as it was cancelled", () => {
    const service = upDriver({ hooks: ["post-stop"] })
    service.send(stop)
    const { timerSerial } = service.service()
    service.emptied()
    service.hooks("post-stop")
    expect(service.send({ tag: "kill-timer", run: 1, serial: timerSerial })).toEqual([])
  })

  it("starts without waiting when somebody asks, and failures before that are forgotten", () => {
    const service = createDriver()
    service.send(start)
    service.rendered()
    service.send({ tag: "start-failed", run: 1, problem: "no such file" })
    service.emptied()
    expect(service.send(start)).toEqual(["cancel-timer retry", "render"])
    expect(service.service()).toMatchObject({ restarts: 0, backoff: { failures: 0 } })
  })
})
