import { required } from "../base/assert.ts"
import { HabError } from "../base/errors.ts"
import type { Build } from "./build-state.ts"
import { type PlanFinding, planFindings, templateFindings } from "./check.ts"

/**
 * The check of `hab plan check`, before anything runs: what would fail the build later fails it now, everything at once;
 * the rest is warned about. Throws PLAN_CHECK_FAILED.
 */
export async function checkFirst(build: Build): Promise<void> {
  if (build.request.check === false) return
  const inspected = { location: build.location, plan: required(build.found.plan, "the plan as read") }
  const findings = [...planFindings(build.host, inspected), ...templateFindings(build.host, inspected)]
  const errors = findings.filter(({ severity }) => severity === "error")
  for (const finding of findings) {
    if (finding.severity === "error") continue
    const text = `${placeOf(finding)}: ${finding.message}`
    build.request.report({ tag: "warning", text, ...(finding.hint === undefined ? {} : { hint: finding.hint }) })
  }
  if (errors.length === 0) return
  const count = errors.length === 1 ? "a mistake" : `${errors.length} mistakes`
  throw new HabError("PLAN_CHECK_FAILED", `${build.location.planFile} has ${count} that would fail the build`, {
    problems: errors.map((finding) => ({ where: placeOf(finding), message: messageOf(finding) })),
    hint: "--no-check builds without looking first",
  })
}

function placeOf({ path, line, column }: PlanFinding): string {
  return `${path}:${line}:${column}`
}

function messageOf({ message, hint }: PlanFinding): string {
  return hint === undefined ? message : `${message}; ${hint}`
}
