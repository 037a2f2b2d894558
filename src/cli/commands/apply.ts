import { applyHere } from "../apply/apply-here.ts"
import { APPLY_OPTIONS } from "../apply/options.ts"
import { readAppliedFile, setOfFile } from "../apply/read-file.ts"
import { summaryOf } from "../apply/summary.ts"
import { defineCommand } from "../command.ts"

/** `hab apply FILE` (decisions 27). */
export const applySetCommand = defineCommand({
  name: "",
  summary: "Create, update and delete services, packages and configs until they are what a file or program declares",
  arguments: "<file>",
  examples: ["hab apply shop.toml --dry-run", "hab apply shop.toml", "hab apply shop.mjs --continue-on-error"],
  options: APPLY_OPTIONS,
  async run({ args: [file = ""], options }, context) {
    const { dryRun, continueOnError, runProgram, timeout, json } = options
    const wanted = await readAppliedFile(context, file)
    const extra = runProgram === undefined ? undefined : await readAppliedFile(context, runProgram)
    const functions = new Map([...(extra?.functions ?? []), ...wanted.functions])
    const set = options.set ?? wanted.set ?? setOfFile(file)
    const result = await applyHere(
      context,
      { set, wanted, functions, dryRun, continueOnError },
      { timeoutSec: timeout },
    )
    return { text: json ? JSON.stringify(result, null, 2) : summaryOf(result, dryRun) }
  },
})
