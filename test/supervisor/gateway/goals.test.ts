import { describe, expect, it } from "vitest"
import { type Goal, goalStanding } from "../../../src/supervisor/gateway/goals.ts"
import type { ServiceStatus } from "../../../src/supervisor/gateway/status.ts"
import { statusWith } from "../service-status.ts"

const up = statusWith()
const rest = (downBecause: ServiceStatus["downBecause"]) =>
  statusWith({ phase: "down", state: "down", pid: null, health: "unknown", downBecause, why: "it is down" })
const initializing = statusWith({ phase: "initializing", state: "down", pid: null, awaits: ["the end of init"] })
const backingOff = statusWith({ phase: "waiting", state: "down", why: "init failed", awaits: ["the back-off"] })
const broken = statusWith({ phase: "broken", state: "down", why: "no package" })
const refused = statusWith({ refused: "refused by its pre-stop hook: not now" })
const sick = statusWith({ health: "critical" })
const stopping = statusWith({ phase: "stopping", desired: "down" })

describe("what `svc wait` and --wait wait for", () => {
  it.each<[Goal, string, ServiceStatus | undefined, "met" | "pending" | "failed"]>([
    ["up", "up", up, "met"],
    ["up", "initializing", initializing, "pending"],
    ["up", "backing off", backingOff, "pending"],
    ["up", "not loaded yet", undefined, "pending"],
    ["healthy", "up and ok", up, "met"],
    ["healthy", "up with a warning", statusWith({ health: "warning" }), "met"],
    ["healthy", "critical", sick, "pending"],
    ["healthy", "backing off", backingOff, "pending"],
    ["down", "stopped", rest("stopped"), "met"],
    ["down", "not loaded", undefined, "met"],
    ["down", "backing off: it starts again", backingOff, "pending"],
    ["down", "up", up, "pending"],
    ["started", "up", up, "met"],
    ["started", "initializing", initializing, "pending"],
    ["started", "finished: a task that ended well", rest("finished"), "met"],
    ["started", "failed for good", rest("failed"), "failed"],
    ["started", "failed and backing off", backingOff, "failed"],
    ["started", "broken", broken, "failed"],
    ["started", "refused to restart", refused, "failed"],
    ["started", "unloaded meanwhile", undefined, "failed"],
    ["stopped", "stopping", stopping, "pending"],
    ["stopped", "down", rest("stopped"), "met"],
    ["stopped", "refused by pre-stop", refused, "failed"],
    ["unloaded", "still there", stopping, "pending"],
    ["unloaded", "gone", undefined, "met"],
    ["unloaded", "refused", refused, "failed"],
  ])("%s, and the service is %s", (goal, _, status, standing) => {
    expect(goalStanding(goal, status).tag).toBe(standing)
  })

  it("says why it still waits", () => {
    expect(goalStanding("up", backingOff)).toEqual({ tag: "pending", why: "init failed; awaits the back-off" })
    expect(goalStanding("stopped", refused)).toEqual({ tag: "failed", why: "refused by its pre-stop hook: not now" })
  })
})
