import { describe, expect, it } from "vitest"
import { runsFor } from "../../src/hooks/reasons.ts"
import { operationOf, recordEnvironment, recordJson } from "../../src/hooks/record.ts"

const subject = {
  kind: "service",
  name: "redis",
  ident: "acme/redis/7.2.4/20240102030405",
  group: "redis.default",
} as const

describe("what a hook is told", () => {
  it("is in its environment, leaving out what has no value", () => {
    expect(
      recordEnvironment({
        event: "post-stop",
        reason: "exit",
        subject,
        pid: 812,
        exit: { code: 3 },
        restarts: 2,
        attempt: 1,
        changed: ["a", "b"],
        dryRun: true,
      }),
    ).toEqual({
      HAB_HOOK_EVENT: "post-stop",
      HAB_HOOK_OPERATION: "stop",
      HAB_HOOK_REASON: "exit",
      HAB_HOOK_SUBJECT: "service",
      HAB_HOOK_SERVICE: "redis",
      HAB_HOOK_IDENT: "acme/redis/7.2.4/20240102030405",
      HAB_HOOK_GROUP: "redis.default",
      HAB_HOOK_PID: "812",
      HAB_HOOK_EXIT_CODE: "3",
      HAB_HOOK_RESTARTS: "2",
      HAB_HOOK_ATTEMPT: "1",
      HAB_HOOK_CHANGED: "2",
      HAB_HOOK_DRY_RUN: "1",
    })
  })

  it("tells of signals, health and failed operations", () => {
    const record = { event: "post-unhealthy", reason: "unhealthy", subject, exit: { signal: "SIGKILL" } } as const
    const health = { old: "ok", new: "critical", output: "no connection" }
    expect(recordEnvironment({ ...record, health, failedOperation: "create" })).toMatchObject({
      HAB_HOOK_SIGNAL: "SIGKILL",
      HAB_HOOK_HEALTH_OLD: "ok",
      HAB_HOOK_HEALTH_NEW: "critical",
      HAB_HOOK_FAILED_OPERATION: "create",
    })
  })

  it("is whole in the JSON document", () => {
    const inputs = { ident: "acme/redis" }
    const text = recordJson({
      event: "pre-create",
      reason: "load",
      subject,
      new: { inputs },
      failedOperation: "create",
    })
    expect(JSON.parse(text)).toEqual({
      event: "pre-create",
      operation: "create",
      reason: "load",
      subject,
      new: { inputs },
      failed_operation: "create",
    })
  })

  it("has an operation for moments only", () => {
    expect(operationOf("pre-restart")).toBe("restart")
    expect(operationOf("post-exit")).toBeUndefined()
  })
})

describe("the option on", () => {
  it("takes reasons and groups of them", () => {
    expect(runsFor(["manual", "boot"], "boot")).toBe(true)
    expect(runsFor(["manual"], "boot")).toBe(false)
    expect(runsFor(["requested"], "shutdown")).toBe(true)
    expect(runsFor(["requested"], "exit")).toBe(false)
    expect(runsFor(["unrequested"], "init-failed")).toBe(true)
    expect(runsFor(["any"], "exit")).toBe(true)
  })
})
