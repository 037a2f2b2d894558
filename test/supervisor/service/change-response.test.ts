import { describe, expect, it } from "vitest"
import { mergeChanges, NO_CHANGES, respondToChange } from "../../../src/supervisor/service/change-response.ts"

const config = ["app.conf"]

describe("what a running service does about a change", () => {
  it.each([
    ["nothing when no text differs", { hooks: [], config: [] }, true, { tag: "nothing" }],
    [
      "nothing for hooks that are only used later",
      { hooks: ["health-check", "post-stop"], config: [] },
      true,
      { tag: "nothing" },
    ],
    ["a reconfigure for a changed config", { hooks: [], config }, true, { tag: "reconfigure" }],
    [
      "a restart for a changed config without the hook",
      { hooks: [], config },
      false,
      { tag: "restart", cause: "config" },
    ],
    [
      "a reconfigure for a changed reconfigure hook alone",
      { hooks: ["reconfigure"], config: [] },
      true,
      { tag: "reconfigure" },
    ],
    [
      "a restart for init before all others",
      { hooks: ["post-run", "run", "init"], config },
      true,
      { tag: "restart", cause: "init" },
    ],
    [
      "a restart for run before post-run",
      { hooks: ["post-run", "run"], config },
      true,
      { tag: "restart", cause: "run" },
    ],
    [
      "a restart for post-run before config",
      { hooks: ["post-run"], config },
      true,
      { tag: "restart", cause: "post-run" },
    ],
  ] as const)("is %s", (_, changes, hasReconfigure, response) => {
    expect(respondToChange({ changes, newRelease: false, hasReconfigure })).toEqual(response)
  })

  it("is a restart for a new release, whatever else changed", () => {
    expect(respondToChange({ changes: NO_CHANGES, newRelease: true, hasReconfigure: true })).toEqual({
      tag: "restart",
      cause: "package",
    })
  })

  it("adds up over several renderings, each text named once", () => {
    const first = { hooks: ["init" as const], config: ["a.conf"] }
    const second = { hooks: ["init" as const, "run" as const], config: ["a.conf", "b.conf"] }
    expect(mergeChanges(first, second)).toEqual({ hooks: ["init", "run"], config: ["a.conf", "b.conf"] })
    expect(mergeChanges(NO_CHANGES, second)).toBe(second)
  })
})
