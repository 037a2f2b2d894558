import { HabError, messageOf } from "../base/errors.ts"
import type { Report } from "../base/progress.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { BuildResult } from "../plan/build-state.ts"

/** What `hab pkg build --json` prints: one JSON object per line, the last one `built` or `failed`. */
export type BuildEvents = Readonly<{
  report: Report
  built(result: BuildResult): string
  /** Tells of the failure; what was thrown is for the caller to throw on. */
  failed(error: unknown): void
}>

/** Prints each fact of a build as it happens, but not how far transfers are. */
export function buildEvents(print: (text: string) => void): BuildEvents {
  return {
    report(fact) {
      if (fact.tag !== "transfer" && fact.tag !== "transfer-over") print(`${JSON.stringify(fact)}\n`)
    },
    built: ({ ident, ...result }) => JSON.stringify({ tag: "built", ident: stringifyIdent(ident), ...result }),
    failed(error) {
      const known = error instanceof HabError ? { code: error.code, exitCode: error.exitCode, hint: error.hint } : {}
      const message = messageOf(error)
      const problems = error instanceof HabError && error.problems.length > 0 ? { problems: error.problems } : {}
      print(`${JSON.stringify({ tag: "failed", message, ...known, ...problems })}\n`)
    },
  }
}
