import type { ChangeResponse } from "../service/change-response.ts"
import { alignColumns } from "./status.ts"

/**
 * What is asked when a configuration is applied. `version` is text: it may pass 2^53. `encrypted`: the text is an envelope
 * for the group's key.
 */
export type ApplyRequest = Readonly<{ version: string; text: string; dryRun?: boolean; encrypted?: boolean }>

/** What applying a configuration does, or would do. Stable field names. */
export type ApplyReport = Readonly<{
  group: string
  version: string
  /** The version it takes the place of. */
  replaces: string | null
  dryRun: boolean
  /** What it means for the service of the group, where one is loaded here. */
  service: ApplyEffect | null
}>

export type ApplyEffect = Readonly<{
  /** One line for each value that becomes another; secrets are not shown. */
  changes: readonly string[]
  files: readonly Readonly<{ path: string; change: "new" | "modified" }>[]
  /** `later`: nothing of the service is up, its next start takes the configuration. */
  response: ChangeResponse["tag"] | "later"
  /** Why it is this response, as a clause. */
  why: string
  /** Why something could not be rendered. */
  problems: readonly string[]
}>

const RESPONSES: Readonly<Record<ApplyEffect["response"], string>> = {
  nothing: "the process goes on as it is",
  reconfigure: "the service reconfigures",
  restart: "the service restarts",
  later: "nothing now",
}

/** The report in words. */
export function applyText({ group, version, replaces, dryRun, service }: ApplyReport): string {
  const over = replaces === null ? "" : ` in place of version ${replaces}`
  const head = `${group}: version ${version}${over}${dryRun ? " (dry run: nothing is changed)" : ""}`
  if (service === null) {
    return `${head}\nno service of this group is loaded here: it is in force as soon as one is`
  }
  const changes = service.changes.length === 0 ? ["no value changes"] : service.changes
  const files = alignColumns(service.files.map(({ path, change }) => [`  ${change}`, path]))
  return [
    head,
    ...changes.map((line) => `  ${line}`),
    service.files.length === 0 ? "no file changes" : `files:\n${files}`,
    ...service.problems.map((problem) => `problem: ${problem}`),
    `then: ${RESPONSES[service.response]}, because ${service.why}`,
  ].join("\n")
}
