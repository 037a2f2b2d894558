import { describe, expect, it } from "vitest"
import { NO_CHANGES } from "../../../src/supervisor/service/change-response.ts"
import { CRASH, createDriver, type Driver, FAILED, upDriver } from "./driver.ts"

const start = { tag: "start", reason: "boot" } as const
const TERMINATE = ["terminate", "start-timer kill 8000"]
const SERVICE_HOOKS = ["pre-start", "post-start", "post-stop", "reconfigure", "health-check"] as const

/** A service of a package with every hook, up to its init. */
function initializing(): Driver {
  const service = createDriver({ hooks: [...SERVICE_HOOKS] })
  service.send(start)
  service.rendered()
  return service
}

function initialized(hooks: readonly (typeof SERVICE_HOOKS)[number][] = SERVICE_HOOKS): Driver {
  return upDriver({ hooks: hooks.filter((hook) => hook !== "pre-start") })
}

/** What an up service does about texts that were rendered anew. */
function afterChange(change: Parameters<Driver["rendered"]>[0], hooks?: Parameters<typeof initialized>[0]) {
  const service = initialized(hooks)
  service.send({ tag: "inputs-changed" })
  return { asked: service.rendered(change), service }
}

/** Row by row, the state machine of Habitat's supervisor (spec supervisor §2.6) as this machine has it. */
describe("Habitat's states of a service", () => {
  it("Uninitialized, a live process: it is taken over and checked, without init and post-run", () => {
    const service = createDriver({ hooks: [...SERVICE_HOOKS] })
    const found = {
      tag: "found-alive",
      run: 3,
      pid: 7,
      upForMs: 1,
      changes: NO_CHANGES,
      postStart: "finished",
    } as const
    expect(service.send(found)).toEqual(["render", "check-health"])
    expect(service.notes()).toEqual([{ tag: "reattached", pid: 7 }])
    expect(service.state()).toBe("up")
  })

  it("Uninitialized, no live process: rendered, then init runs; no init hook is a success", () => {
    const service = createDriver({ hooks: [...SERVICE_HOOKS] })
    expect(service.send(start)).toEqual(["render"])
    expect(service.rendered()).toEqual(["run-hooks pre-start"])
    const without = createDriver()
    without.send(start)
    expect(without.rendered()).toEqual(["start-process"])
  })

  it("Uninitialized, strict binds unmet: nothing is run", () => {
    const service = createDriver({ hooks: [...SERVICE_HOOKS] }, false)
    expect(service.send(start)).toEqual([])
    expect(service.state()).toBe("blocked")
  })

  it("Initializing: it waits, and templates are simply rendered", () => {
    const service = initializing()
    expect(service.state()).toBe("initializing")
    expect(service.send({ tag: "inputs-changed" })).toEqual([])
    expect(service.hooks("pre-start")).toEqual(["render"])
    expect(service.rendered({ hooks: ["run"], config: ["app.conf"] })).toEqual(["start-process"])
  })

  it("InitializerFailed: it is restarted as after a failure, which post-stop undoes", () => {
    const service = initializing()
    expect(service.hooks("pre-start", FAILED)).toEqual(TERMINATE)
    expect(service.service().reason).toBe("init-failed")
    expect(service.emptied()).toEqual(["cancel-timer kill", "run-hooks post-stop"])
    service.hooks("post-stop")
    service.emptied()
    expect(service.state()).toBe("waiting")
  })

  it("InitializerFinished: run is spawned, then checks and post-run begin", () => {
    const service = initializing()
    expect(service.hooks("pre-start")).toEqual(["start-process"])
    expect(service.started()).toEqual(["run-hooks post-start", "check-health"])
    expect(service.state()).toBe("up")
  })

  it("InitializerFinished, the spawn fails: it is restarted as after a failure", () => {
    const service = initializing()
    service.hooks("pre-start")
    expect(service.send({ tag: "start-failed", run: 1, problem: "no such file" })).toEqual(TERMINATE)
    expect(service.state()).toBe("stopping{retry}")
  })

  it.each([
    ["exit 0", { tag: "exited", code: 0 }],
    ["exit 1", { tag: "exited", code: 1 }],
    ["a signal", CRASH],
  ] as const)("Initialized, the process ended with %s: it is restarted as after a failure", (_, status) => {
    const service = initialized()
    service.exited(status)
    expect(service.state()).toBe("stopping{retry}")
    expect(service.service().reason).toBe("exit")
  })

  it.each([
    ["init", "hook-changed"],
    ["run", "hook-changed"],
    ["post-run", "hook-changed"],
  ] as const)(
    "Initialized, the %s hook changed: it is restarted at once, and failures are forgotten",
    (hook, reason) => {
      const { asked, service } = afterChange({ hooks: [hook], config: ["app.conf"] })
      expect(asked).toEqual(expect.arrayContaining(TERMINATE))
      expect(service.service()).toMatchObject({ reason, restarts: 0, state: { tag: "stopping", next: "start" } })
    },
  )

  it("Initialized, the configuration changed without a reconfigure hook: it is restarted at once", () => {
    const { service } = afterChange({ config: ["app.conf"] }, ["post-start", "health-check"])
    expect(service.state()).toBe("stopping{start}")
    expect(service.service()).toMatchObject({ reason: "config", restarts: 0 })
  })

  it.each([
    ["the configuration", { config: ["app.conf"] }],
    ["the reconfigure hook", { hooks: ["reconfigure" as const] }],
  ])("Initialized, %s changed and there is a reconfigure hook: it runs, then checks begin anew", (_, change) => {
    const { asked, service } = afterChange(change)
    expect(asked).toEqual(["run-hooks reconfigure"])
    service.send({ tag: "health-result", run: 1, answer: "ok" })
    expect(service.hooks("reconfigure")).toContain("check-health")
    expect(service.state()).toBe("up")
  })

  it("Initialized, texts changed that nothing depends on: nothing happens", () => {
    expect(afterChange({}).asked).toEqual([])
  })

  it("Initialized, up for long enough: the back-off begins anew, while the failures are still counted", () => {
    const service = initialized()
    for (const waits of [1, 2]) {
      service.exited()
      service.emptied()
      service.hooks("post-stop")
      service.emptied()
      expect(service.service()).toMatchObject({ restarts: waits, backoff: { failures: waits } })
      service.timer("retry")
      service.rendered()
      service.started()
    }
    service.pass(31_000)
    service.exited()
    expect(service.service()).toMatchObject({ restarts: 3, backoff: { failures: 1 } })
  })
})
