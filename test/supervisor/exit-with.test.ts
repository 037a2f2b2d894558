import { describe, expect, it } from "vitest"
import type { ExitStatus } from "../../src/base/exit-status.ts"
import { finalExitCode } from "../../src/supervisor/exit-with.ts"
import { newService, type State } from "../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../src/supervisor/service/settings.ts"

const exited = (code: number): ExitStatus => ({ tag: "exited", code })

function codeOf(state: State, lastExit?: ExitStatus): number | undefined {
  const service = newService({ settings: DEFAULT_SETTINGS, nowMs: 0, bindsMet: true })
  return finalExitCode({ ...service, state, lastExit })
}

describe("--exit-with", () => {
  it.each<[State, ExitStatus | undefined, number | undefined]>([
    [{ tag: "down", why: "finished" }, exited(0), 0],
    [{ tag: "down", why: "failed" }, exited(3), 3],
    [{ tag: "down", why: "failed" }, { tag: "signaled", signal: "SIGKILL" }, 137],
    [{ tag: "down", why: "failed" }, undefined, 1],
    [{ tag: "down", why: "failed" }, exited(0), 1],
    [{ tag: "down", why: "failed" }, { tag: "unknown" }, 1],
    [{ tag: "down", why: "stopped" }, exited(0), undefined],
    [{ tag: "down", why: "never-started" }, undefined, undefined],
    [{ tag: "waiting", untilMs: 5 }, exited(3), undefined],
    [{ tag: "up" }, exited(3), undefined],
  ])("%j after %j ends with %s", (state, lastExit, code) => expect(codeOf(state, lastExit)).toBe(code))
})
