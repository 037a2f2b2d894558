import { describe, expect, it } from "vitest"
import { type ExitStatus, exitCodeOf } from "../../src/base/exit-status.ts"

describe("an end passed on as an exit code", () => {
  it.each<[ExitStatus, number]>([
    [{ tag: "exited", code: 0 }, 0],
    [{ tag: "exited", code: 7 }, 7],
    [{ tag: "signaled", signal: "SIGKILL" }, 137],
    [{ tag: "signaled", signal: "SIGTERM" }, 143],
    [{ tag: "not-started", cause: "ENOENT" }, 127],
    [{ tag: "unknown" }, 1],
  ])("%j is %i", (status, code) => expect(exitCodeOf(status)).toBe(code))
})
