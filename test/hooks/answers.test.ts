import { describe, expect, it } from "vitest"
import type { ExitStatus } from "../../src/base/exit-status.ts"
import { describeHookFailure, healthAnswer, suitabilityAnswer } from "../../src/hooks/answers.ts"
import type { HookOutcome, HookReport } from "../../src/hooks/execute.ts"

function report(outcome: HookOutcome | number | ExitStatus, fields: Partial<HookReport> = {}): HookReport {
  const status = typeof outcome === "number" ? ({ tag: "exited", code: outcome } as const) : outcome
  const isStatus = ["exited", "signaled", "not-started", "unknown"].includes(status.tag)
  const ended = status.tag === "exited" && status.code === 0 ? { tag: "succeeded" } : { tag: "failed", status }
  return {
    event: "health-check",
    hook: "health-check",
    path: "/hab/svc/redis/hooks/health-check",
    outcome: (isStatus ? ended : status) as HookOutcome,
    elapsedMs: 5,
    firstOutput: "",
    lastLine: "",
    ...fields,
  }
}

describe("the answer of a health check", () => {
  it("is its exit code: 0 ok, 1 warning, 2 critical, 3 unknown", () => {
    expect([0, 1, 2, 3].map((code) => healthAnswer(report(code))?.tag)).toEqual([
      "ok",
      "warning",
      "critical",
      "unknown",
    ])
  })

  it.each([
    [4, "Health check exited with an unknown status code, 4"],
    [{ tag: "signaled", signal: "SIGSEGV" }, "'health-check' exited without a status code (killed by SIGSEGV)"],
    [{ tag: "timed-out", afterMs: 30_000 }, "'health-check' was ended: it ran longer than its limit of 30 s"],
  ] as const)("is a failed check with its output when it ended otherwise: %o", (outcome, message) => {
    expect(healthAnswer(report(outcome))).toEqual({ tag: "failed", message })
    const printing = healthAnswer(report(outcome, { firstOutput: "no connection\n  tried twice\n" }))
    expect(printing).toEqual({ tag: "failed", message: `${message}: no connection; tried twice` })
  })

  it("is none when the check was cancelled", () => {
    expect(healthAnswer(report({ tag: "cancelled" }))).toBeUndefined()
  })
})

describe("the answer of a suitability hook", () => {
  const suitability = (outcome: HookOutcome | number, lastLine: string) =>
    suitabilityAnswer(report(outcome, { event: "suitability", hook: "suitability", lastLine }))

  it("is the last line as an unsigned 64-bit number, exactly", () => {
    expect(suitability(0, " 18446744073709551615 ").rank).toBe(2n ** 64n - 1n)
    expect(suitability(0, "42")).toEqual({ rank: 42n, message: "Reporting suitability of: 42" })
  })

  it.each([
    [0, "", "suitability did not print anything to stdout"],
    [0, "high", "Parsing suitability failed: 'high' is not a whole number"],
    [0, "-1", "Parsing suitability failed: '-1' is not a whole number"],
    [
      0,
      "18446744073709551616",
      "Parsing suitability failed: 18446744073709551616 is greater than 18446744073709551615",
    ],
    [3, "42", "'suitability' exited with status code 3"],
    [{ tag: "timed-out", afterMs: 5_000 }, "42", "'suitability' was ended: it ran longer than its limit of 5 s"],
  ] as const)("is 0 for exit %o with '%s'", (outcome, lastLine, message) => {
    expect(suitability(outcome, lastLine)).toEqual({ rank: 0n, message })
  })
})

describe("the sentence on a failed hook", () => {
  it.each([
    ["init", 7, "Initialization failed! 'init' exited with status code 7"],
    ["post-stop", 7, "Post stop failed! 'post-stop' exited with status code 7"],
    ["install", 42, "Installation failed! 'install' exited with status code 42"],
    ["uninstall", 97, "Uninstallation failed! 'uninstall' exited with status code 97"],
    ["pre-start", 1, "'pre-start' exited with status code 1"],
    ["init", { tag: "unknown" }, "Initialization failed! 'init' ended with an unknown status"],
    ["init", { tag: "cancelled" }, "'init' was cancelled"],
  ] as const)("of %s ending as %o is Habitat's where it has one", (hook, outcome, sentence) => {
    const told = describeHookFailure(report(outcome, { hook }))
    expect(told).toBe(sentence)
  })

  it("names file and event when the hook could not be started", () => {
    const cause = "it has no shebang"
    const path = "/hab/svc/redis/hooks/init"
    const told = describeHookFailure(report({ tag: "not-started", cause }, { event: "pre-start", hook: "init", path }))
    expect(told).toBe(
      "Initialization failed! 'init' could not be started at pre-start: /hab/svc/redis/hooks/init: it has no shebang",
    )
  })
})
