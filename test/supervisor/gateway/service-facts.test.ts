import { describe, expect, it } from "vitest"
import { toldHealth } from "../../../src/supervisor/gateway/service-facts.ts"
import { newService, type State } from "../../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../../src/supervisor/service/settings.ts"

const UP: State = { tag: "up" }
const WAITING: State = { tag: "waiting", untilMs: 9 }

function told(state: State, checked: "warning" | undefined) {
  const settings = { ...DEFAULT_SETTINGS, hooks: checked === undefined ? [] : (["health-check"] as const) }
  const service = newService({ settings, nowMs: 0, bindsMet: true })
  return toldHealth({ ...service, state, health: { ...service.health, status: checked ?? "unknown" } })
}

describe("the health the world is told", () => {
  it("is what the check says while the service is up, and ok without a check", () => {
    expect(told(UP, "warning")).toBe("warning")
    expect(told({ tag: "leaving", next: "down", moments: [], force: false }, "warning")).toBe("warning")
    expect(told(UP, undefined)).toBe("ok")
  })

  it("is unknown while it is down or on its way up, whatever an earlier check said", () => {
    for (const state of [{ tag: "down", why: "stopped" }, { tag: "blocked" }, { tag: "starting" }] as const) {
      expect([told(state, "warning"), told(state, undefined)]).toEqual(["unknown", "unknown"])
    }
  })

  it("is critical without a check while it waits to be restarted, and unknown with one", () => {
    expect([told(WAITING, undefined), told(WAITING, "warning")]).toEqual(["critical", "unknown"])
  })
})
