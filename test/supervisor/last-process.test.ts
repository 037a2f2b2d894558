import { describe, expect, it } from "vitest"
import { terminationIn } from "../../src/supervisor/last-process.ts"
import type { Note, ServiceEvent } from "../../src/supervisor/service/messages.ts"
import { newService, type Service } from "../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../src/supervisor/service/settings.ts"

const down = newService({ settings: DEFAULT_SETTINGS, nowMs: 0, bindsMet: true })
const up: Service = { ...down, state: { tag: "up" }, life: { ...down.life, pid: 7 } }
const ended: Service = { ...up, life: { ...up.life, pid: undefined, endedByItself: true } }
const any: ServiceEvent = { tag: "rendered", run: 1, changes: { hooks: [], config: [] } }

const reasonOf = (note: Note, before = up) =>
  terminationIn({ before, event: any, effects: [{ tag: "note", run: 1, note }] }, before)

describe("why a process ended that nobody ended", () => {
  it("its end was its own", () => {
    const event: ServiceEvent = { tag: "process-exited", run: 1, status: { tag: "exited", code: 0 } }
    expect(terminationIn({ before: up, event, effects: [] }, ended)).toBe("run_hook_failed")
    expect(terminationIn({ before: ended, event: any, effects: [] }, ended)).toBeUndefined()
  })

  it.each([
    ["package", "package_updated"],
    ["init", "init_hook_updated"],
    ["run", "run_hook_updated"],
    ["post-run", "post_run_hook_updated"],
    ["config", "app_config_updated"],
  ] as const)("a change of %s restarts it", (cause, reason) => {
    expect(reasonOf({ tag: "change-restarts", cause })).toBe(reason)
  })

  it("it never came: init failed, or it could not be started", () => {
    expect(reasonOf({ tag: "hooks-failed", moment: "pre-start", problem: "" }, down)).toBe("init_hook_failed")
    expect(reasonOf({ tag: "start-failed", problem: "" }, down)).toBe("run_hook_failed")
    expect(reasonOf({ tag: "hooks-failed", moment: "post-stop", problem: "" })).toBeUndefined()
  })

  it("another release replaces it", () => {
    const event: ServiceEvent = { tag: "package-changed", settings: DEFAULT_SETTINGS }
    const leaving: Service = { ...up, state: { tag: "leaving", next: "start", moments: [], force: false } }
    expect(terminationIn({ before: up, event, effects: [] }, leaving)).toBe("package_updated")
    expect(terminationIn({ before: up, event, effects: [] }, up)).toBeUndefined()
  })
})
