import type { ExitStatus } from "../base/exit-status.ts"
import type { HookReport } from "./execute.ts"

/**
 * What a health check said (decisions 20). `unknown` is neutral; `failed` is shown as UNKNOWN too but counts as a
 * failure, and its message ends with the first KiB of its stdout.
 */
export type HealthAnswer =
  | { readonly tag: "ok" | "warning" | "critical" | "unknown" }
  | { readonly tag: "failed"; readonly message: string }

const HEALTH_BY_CODE = ["ok", "warning", "critical", "unknown"] as const

/** The health a finished check reports. Undefined for a cancelled one: it said nothing. */
export function healthAnswer(report: HookReport): HealthAnswer | undefined {
  const { outcome } = report
  if (outcome.tag === "cancelled") return undefined
  if (outcome.tag === "succeeded") return { tag: "ok" }
  const code = outcome.tag === "failed" && outcome.status.tag === "exited" ? outcome.status.code : -1
  const answer = HEALTH_BY_CODE[code]
  if (answer !== undefined) return { tag: answer }
  const message = code < 0 ? describeHookFailure(report) : `Health check exited with an unknown status code, ${code}`
  const output = onOneLine(report.firstOutput)
  return { tag: "failed", message: output === "" ? message : `${message}: ${output}` }
}

function onOneLine(output: string): string {
  return output
    .trim()
    .split(/\s*\n\s*/)
    .join("; ")
}

/** A candidate's rank in an election, and the line that reports it. */
export type SuitabilityAnswer = Readonly<{ rank: bigint; message: string }>

const U64_MAX = 2n ** 64n - 1n

/** The last line of a suitability hook as an unsigned 64-bit number; failure, timeout or no number is 0 (decisions 33). */
export function suitabilityAnswer(report: HookReport): SuitabilityAnswer {
  if (report.outcome.tag !== "succeeded") return { rank: 0n, message: describeHookFailure(report) }
  const line = report.lastLine.trim()
  if (line === "") return { rank: 0n, message: "suitability did not print anything to stdout" }
  const rank = /^\+?\d+$/.test(line) ? BigInt(line.replace("+", "")) : -1n
  if (rank < 0n) return { rank: 0n, message: `Parsing suitability failed: '${line}' is not a whole number` }
  if (rank > U64_MAX) return { rank: 0n, message: `Parsing suitability failed: ${line} is greater than ${U64_MAX}` }
  return { rank, message: `Reporting suitability of: ${rank}` }
}

/** How the failures of some hooks begin (spec supervisor §2.7 and §4). */
const FAILURE_BEGINNINGS: Readonly<Record<string, string>> = {
  init: "Initialization failed! ",
  "post-stop": "Post stop failed! ",
  install: "Installation failed! ",
  uninstall: "Uninstallation failed! ",
}

/** One sentence on how a hook ended, in Habitat's wording where it has one. Names file and event when it never began. */
export function describeHookFailure(report: HookReport): string {
  const { outcome } = report
  const beginning = outcome.tag === "succeeded" ? "" : (FAILURE_BEGINNINGS[report.hook] ?? "")
  switch (outcome.tag) {
    case "succeeded":
      return `'${report.hook}' succeeded`
    case "cancelled":
      return `'${report.hook}' was cancelled`
    case "timed-out":
      return `${beginning}'${report.hook}' was ended: it ran longer than its limit of ${outcome.afterMs / 1000} s`
    case "failed":
      return beginning + describeStatus(report, outcome.status)
  }
}

function describeStatus(report: HookReport, status: ExitStatus): string {
  switch (status.tag) {
    case "exited":
      return `'${report.hook}' exited with status code ${status.code}`
    case "signaled":
      return `'${report.hook}' exited without a status code (killed by ${status.signal})`
    case "not-started":
      return `'${report.hook}' could not be started at ${report.event}: ${report.path}: ${status.cause}`
    case "unknown":
      return `'${report.hook}' ended with an unknown status`
  }
}
