import type { OptionTable } from "../command.ts"
import { WAIT_SEC_DEFAULT } from "../options/wait-options.ts"

/** What `hab apply` and `hab destroy` have in common (decisions 27). */
export const APPLY_OPTIONS = {
  dryRun: { kind: "flag", short: "n", summary: "Only say what would be done; hooks with `preview` run" },
  continueOnError: { kind: "flag", summary: "After a failure go on with what does not depend on it" },
  runProgram: { kind: "text", value: "FILE", summary: "Run this program for the functions that hooks of the set need" },
  set: { kind: "text", value: "NAME", summary: "Name of the set (default: the file's name without its extension)" },
  timeout: {
    kind: "number",
    value: "SECONDS",
    summary: `Wait so long for each service (default: ${WAIT_SEC_DEFAULT})`,
  },
  json: { kind: "flag", summary: "Print what was done as JSON" },
} as const satisfies OptionTable
