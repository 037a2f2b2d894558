import type { ApplyResult } from "../../program/api.ts"

/** One line of what was done, or would be. */
export function summaryOf(result: ApplyResult, dryRun: boolean): string {
  const counts = (["created", "updated", "deleted", "unchanged"] as const).map((key) => `${result[key].length} ${key}`)
  return `${counts.join(", ")}${dryRun ? " (dry run: nothing was done)" : ""}`
}
