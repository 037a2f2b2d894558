import { describe, expect, it } from "vitest"
import type { DeclaredHooks } from "../../src/supervisor/hooks/declared-hooks.ts"
import type { Release } from "../../src/supervisor/release.ts"
import { settingsOf } from "../../src/supervisor/settings-of.ts"
import { commandSpec } from "../support/held-service.ts"

const release = { hooks: [], declared: [], metadata: {} } as unknown as Release
const declared = { supervisor: [], package: [], spec: [], overlay: { hooks: [] } } as unknown as DeclaredHooks

describe("the settings of a service", () => {
  it.each([
    [0, 1_000],
    [500, 500],
    [30_000, 30_000],
  ])("hold an interval of checks of %i ms as %i: one of 0 would keep a processor busy", (given, interval) => {
    const spec = { ...commandSpec("web"), healthCheckIntervalMs: given }
    const settings = settingsOf(spec, release, { backoff: { tag: "default" }, installOwed: false, declared })
    expect(settings.healthIntervalMs).toBe(interval)
  })
})
