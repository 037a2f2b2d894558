import { describe, expect, it } from "vitest"
import { NO_CHANGES } from "../../../src/supervisor/service/change-response.ts"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"
import { createDriver, FAILED, PASSED, TIMED_OUT } from "./driver.ts"

const start = { tag: "start", reason: "manual" } as const
const stop = { tag: "stop", reason: "manual" } as const

describe("a service that starts", () => {
  it("passes through moments without hooks in the same step", () => {
    const service = createDriver()
    expect(service.send(start)).toEqual(["render"])
    expect(service.rendered()).toEqual(["start-process"])
    expect(service.started()).toEqual([])
    expect(service.state()).toBe("up")
  })

  it("settles install hooks, renders, runs init, spawns and runs post-run beside the process", () => {
    const service = createDriver({ hooks: ["install", "pre-start", "post-start", "health-check"] })
    expect(service.send(start)).toEqual(["run-hooks install"])
    expect(service.hooks("install")).toEqual(["render"])
    expect(service.rendered()).toEqual(["run-hooks pre-start"])
    expect(service.hooks("pre-start")).toEqual(["start-process"])
    expect(service.started()).toEqual(["run-hooks post-start", "check-health"])
    expect(service.state()).toBe("up")
    expect(service.service().life.pid).toBe(101)
  })

  it("waits for strict binds and starts when they come; binds that go later stop nothing", () => {
    const service = createDriver({}, false)
    expect(service.send(start)).toEqual([])
    expect(service.state()).toBe("blocked")
    expect(service.notes()).toEqual([{ tag: "waiting-for-binds" }])
    expect(service.send({ tag: "binds-met" })).toEqual(["render"])
    service.rendered()
    service.started()
    expect(service.send({ tag: "binds-unmet" })).toEqual([])
    expect(service.state()).toBe("up")
  })

  it("goes back to waiting when a strict bind is lost before init", () => {
    const service = createDriver({ hooks: ["pre-start"] })
    service.send(start)
    service.send({ tag: "binds-unmet" })
    expect(service.rendered()).toEqual([])
    expect(service.state()).toBe("blocked")
  })

  it("renders a change that came while init ran before the spawn, without running init again", () => {
    const service = createDriver({ hooks: ["pre-start"] })
    service.send(start)
    service.rendered()
    expect(service.send({ tag: "inputs-changed" })).toEqual([])
    expect(service.hooks("pre-start")).toEqual(["render"])
    expect(service.state()).toBe("refreshing")
    expect(service.rendered({ hooks: ["init", "run"] })).toEqual(["start-process"])
  })

  it("renders a change that came while the process was spawned as soon as it is up", () => {
    const service = createDriver()
    service.send(start)
    service.rendered()
    service.send({ tag: "inputs-changed" })
    expect(service.started()).toEqual(["render"])
  })

  it("ends everything of a failed init, undoes it with post-stop and tries again after a second", () => {
    const service = createDriver({ hooks: ["pre-start", "post-stop"] })
    service.send(start)
    service.rendered()
    expect(service.hooks("pre-start", FAILED)).toEqual(["terminate", "start-timer kill 8000"])
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-stop"])
    expect(service.hooks("post-stop")).toEqual(["terminate", "start-timer kill 8000"])
    expect(service.emptied()).toEqual(["cancel-timer kill", "start-timer retry 1000"])
    expect(service.state()).toBe("waiting")
    expect(service.timer("retry")).toEqual(["render"])
    expect(service.service().run).toBe(2)
  })

  it("tries a failed rendering again after a second even when no back-off is wished", () => {
    const service = createDriver({ backoff: { tag: "habitat", minimumMs: 0, maximumMs: 0, cooldownMs: 300_000 } })
    service.send(start)
    expect(service.send({ tag: "render-failed", run: 1, problem: "no such helper" })).toEqual([
      "start-timer retry 1000",
    ])
  })

  it("does not wait when config, package or binds change", () => {
    for (const event of [
      { tag: "inputs-changed" },
      { tag: "binds-met" },
      { tag: "package-changed", settings: DEFAULT_SETTINGS },
    ] as const) {
      const service = createDriver()
      service.send(start)
      service.send({ tag: "render-failed", run: 1, problem: "no such helper" })
      expect(service.send(event)).toEqual(["cancel-timer retry", "render"])
    }
  })

  it("does not begin to wait when something changed while the failed run was ended", () => {
    const service = createDriver({ hooks: ["install"] })
    service.send(start)
    service.hooks("install", FAILED)
    service.send({ tag: "inputs-changed" })
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks install"])
  })

  it("counts a hook that overran its deadline before the start as failed", () => {
    const service = createDriver({ hooks: ["install"] })
    service.send(start)
    service.hooks("install", TIMED_OUT)
    expect(service.state()).toBe("stopping{retry}")
  })

  it("never spawns when a stop came during init, and leaves nothing running", () => {
    const service = createDriver({ hooks: ["pre-start", "post-stop"] })
    service.send(start)
    service.rendered()
    expect(service.send(stop)).toEqual(["terminate", "start-timer kill 8000"])
    expect(service.hooks("pre-start")).toEqual([])
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-stop"])
    service.hooks("post-stop")
    service.emptied()
    expect(service.state()).toBe("down")
  })

  it("ends a process whose spawn was given up when it lands", () => {
    const service = createDriver()
    service.send(start)
    service.rendered()
    expect(service.send(stop)).toEqual(["terminate", "start-timer kill 8000"])
    expect(service.started()).toEqual([])
    expect(service.state()).toBe("stopping{down}")
  })

  it("starts a new release only, when one arrives on the way up", () => {
    const service = createDriver({ hooks: ["pre-start"] })
    service.send(start)
    service.rendered()
    const settings = { ...DEFAULT_SETTINGS, hooks: ["install" as const] }
    expect(service.send({ tag: "package-changed", settings })).toEqual(["terminate", "start-timer kill 8000"])
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks install"])
    expect(service.service()).toMatchObject({ settings, upcoming: undefined, reason: "update" })
  })
})

describe("a supervisor that comes back", () => {
  const found = { tag: "found-alive", run: 7, pid: 4711, upForMs: 60_000, changes: NO_CHANGES } as const

  it("takes over a live process without init and renders what changed meanwhile", () => {
    const service = createDriver({ hooks: ["pre-start", "post-start", "health-check"] })
    expect(service.send({ ...found, postStart: "finished" })).toEqual(["render", "check-health"])
    expect(service.service()).toMatchObject({ run: 7, state: { tag: "up" }, life: { pid: 4711 } })
    expect(service.rendered({ hooks: ["run"] })).toEqual(["terminate", "start-timer kill 8000"])
  })

  it("resumes a post-run hook that had not finished", () => {
    const service = createDriver({ hooks: ["post-start"] })
    expect(service.send({ ...found, postStart: "unfinished" })).toEqual(["run-hooks post-start", "render"])
  })

  it("restarts for what was rendered and not acted on before it died", () => {
    const service = createDriver()
    service.send({ ...found, postStart: "finished", changes: { hooks: ["run"], config: [] } })
    service.rendered()
    expect(service.state()).toBe("stopping{start}")
  })

  it("ends what an unfinished init left, and undoes it, before it starts", () => {
    const service = createDriver({ hooks: ["pre-start", "post-stop"] })
    expect(service.send({ tag: "found-leftovers", run: 7, initialized: true })[0]).toBe("terminate")
    service.send({ tag: "start", reason: "boot" })
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-stop"])
    service.hooks("post-stop", PASSED)
    expect(service.emptied()).toEqual(["cancel-timer kill", "render"])
    expect(service.service().run).toBe(8)
  })

  it("is not touched by a supervisor that lets it go", () => {
    const service = createDriver({ hooks: ["pre-stop"] })
    service.send({ ...found, postStart: "finished" })
    expect(service.send({ tag: "detach" })).toEqual([])
    expect(service.send(stop)).toEqual([])
    expect(service.exited()).toEqual([])
    expect(service.state()).toBe("detached")
  })
})
