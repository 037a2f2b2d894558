import { describe, expect, it } from "vitest"
import { executeHook } from "../../src/hooks/execute.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { fakeProcessGroups } from "../support/fake-process-groups.ts"
import { settle } from "../support/settle.ts"
import { codeLines, sourceFiles } from "../support/source-files.ts"

const DAY_MS = 86_400_000

/** Who may ask for the time of day, and for what. Deadlines, back-off and intervals are not among it. */
const TELLS_THE_TIME: Readonly<Record<string, string>> = {
  "src/supervisor/acting.ts": "when a hook ran, in the journal",
  "src/supervisor/gateway/http-gateway.ts": "when an event happened",
  "src/supervisor/gateway/service-facts.ts": "when a service went up or down, beside the monotonic time",
  "src/supervisor/left.ts": "how long an adopted process has been up: less than nothing counts as nothing",
  "src/supervisor/roster.ts": "when a process ended, as shown",
  "src/supervisor/set/set-hooks.ts": "when a hook of a set ran, in the journal",
  "src/supervisor/control/supervisor-status-of.ts": "how long the launcher has been up, as shown: never below nothing",
  "src/supervisor/launcher/context.ts": "a name for this launcher, with its pid",
  "src/supervisor/launcher/log-file.ts": "times of lines, for --since",
  "src/supervisor/launcher/requests.ts": "when a process was started, as shown",
  "src/supervisor/launcher/supervisor-life.ts": "when a supervisor was started, as shown",
}

describe("a clock that is set back", () => {
  it("moves no deadline of a hook, and makes no duration negative", async () => {
    const clock = fakeClock(2 * DAY_MS)
    const groups = fakeProcessGroups()
    const hook = { event: "pre-start", name: "init", path: "/hab/svc/web/hooks/init" } as const
    const command = { label: "web.init", runId: "web.1", argv: [hook.path] as const, env: {} }
    const report = executeHook({ groups, clock }, { hook, command, timeoutMs: 30_000 })
    await settle()
    clock.advance(10_000)
    clock.setBack(DAY_MS)
    clock.advance(20_000)
    expect(await report).toMatchObject({ outcome: { tag: "timed-out", afterMs: 30_000 }, elapsedMs: 30_000 })
  })

  it("reaches the supervisor nowhere but where it tells the time", () => {
    const asking = sourceFiles("src")
      .filter(({ name }) => /^src\/(supervisor|hooks)\//.test(name))
      .filter((file) => codeLines(file).some((line) => /(clock|\bports|host)\.now\(\)|\bnow: .*clock\.now/.test(line)))
      .map(({ name }) => name)
    expect(asking.filter((name) => !(name in TELLS_THE_TIME))).toEqual([])
  })
})
