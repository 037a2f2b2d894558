import type { PlanFinding } from "../../plan/check.ts"
import { checkPlan } from "../../plan/inspect.ts"
import { defineCommand } from "../command.ts"

/** `hab plan check`: every mistake that can be seen without building. Exits 1 for errors, with `--strict` for warnings too. */
export const checkPlanCommand = defineCommand({
  name: "check",
  summary: "Find mistakes in a plan, its hooks and templates, without building",
  arguments: "[plan-context]",
  examples: ["hab plan check .", "hab plan check plans/hello --strict"],
  options: {
    strict: { kind: "flag", summary: "Exit with 1 for warnings too" },
    json: { kind: "flag", summary: "Print the findings as JSON" },
  },
  async run({ args: [planContext = "."], options }, context) {
    const { host } = context
    const { layout, enclosure } = context.workplace()
    const findings = await checkPlan(host, {
      planContext,
      layout,
      enclosure,
      bashDirectory: `${context.programDirectory}/plan`,
      target: host.target,
      signal: context.signal,
      ...(host.env["HAB_ORIGIN"] ? { origin: host.env["HAB_ORIGIN"] } : {}),
    })
    const count = (severity: PlanFinding["severity"]) => findings.filter((found) => found.severity === severity).length
    const failed = count("error") > 0 || (options.strict && findings.length > 0)
    const text = options.json ? JSON.stringify(findings, null, 2) : findings.map(findingText).join("\n\n")
    context.report({ tag: "end", text: summary(count("error"), count("warning")) })
    return { text, exitCode: failed ? 1 : 0 }
  },
})

/** `plan.sh:2:3: warning: …`, the lines around it, what to do. */
function findingText({ path, line, column, severity, message, hint, frame }: PlanFinding): string {
  const lines = [`${path}:${line}:${column}: ${severity}: ${message}`, frame, hint === undefined ? "" : `  = ${hint}`]
  return lines.filter((part) => part !== "").join("\n")
}

function summary(errors: number, warnings: number): string {
  const some = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`
  return errors + warnings === 0 ? "No mistakes found" : `${some(errors, "error")}, ${some(warnings, "warning")}`
}
