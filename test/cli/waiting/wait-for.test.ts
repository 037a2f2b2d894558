import { describe, expect, it } from "vitest"
import { refuseEndlessWait } from "../../../src/cli/waiting/wait-for.ts"

const hookOf = (event: string) => ({
  HAB_HOOK_SUBJECT: "service",
  HAB_HOOK_SERVICE: "web",
  HAB_HOOK_EVENT: event,
})

describe("a hook that waits for its own service (decisions 19)", () => {
  it.each([
    ["pre-start", "healthy"],
    ["health-check", "healthy"],
    ["pre-stop", "stopped"],
    ["post-start", "started"],
  ] as const)("is refused in %s for %s", (event, goal) => {
    expect(() => refuseEndlessWait(hookOf(event), { names: ["web"], goal })).toThrow(
      expect.objectContaining({ code: "SERVICE_WAIT_ENDLESS" }),
    )
  })

  it("may wait beside a running service, for another service, and outside of hooks", () => {
    expect(() => refuseEndlessWait(hookOf("post-start"), { names: ["web"], goal: "healthy" })).not.toThrow()
    expect(() => refuseEndlessWait(hookOf("pre-start"), { names: ["db"], goal: "healthy" })).not.toThrow()
    expect(() => refuseEndlessWait({}, { names: ["web"], goal: "stopped" })).not.toThrow()
    expect(() =>
      refuseEndlessWait({ ...hookOf("pre-start"), HAB_HOOK_SUBJECT: "package" }, { names: ["web"], goal: "up" }),
    ).not.toThrow()
  })
})
