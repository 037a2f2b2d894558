import { HabError } from "../../base/errors.ts"
import { isSetName } from "../../program/declaration.ts"
import { listSets } from "../../program/state.ts"
import { applyHere } from "../apply/apply-here.ts"
import { APPLY_OPTIONS } from "../apply/options.ts"
import { readAppliedFile, setOfFile } from "../apply/read-file.ts"
import { summaryOf } from "../apply/summary.ts"
import { type CommandContext, defineCommand } from "../command.ts"

/** `hab destroy` (decisions 27). */
export const destroySetCommand = defineCommand({
  name: "",
  summary: "Delete everything of an applied set, in the reverse of its order",
  arguments: "[file-or-set]",
  examples: ["hab destroy shop --dry-run", "hab destroy shop.toml", "hab destroy --run-program shop.mjs"],
  options: APPLY_OPTIONS,
  async run({ args: [given], options }, context) {
    const { dryRun, continueOnError, runProgram, timeout, json } = options
    const program = runProgram === undefined ? undefined : await readAppliedFile(context, runProgram)
    const named = given ?? runProgram
    if (named === undefined && options.set === undefined) {
      throw new HabError("USAGE", "Which set?", { hint: "hab destroy shop.toml, or hab destroy shop" })
    }
    const set = options.set ?? program?.set ?? setOfFile(named ?? "")
    requireSet(context, set)
    const result = await applyHere(
      context,
      { set, wanted: undefined, functions: program?.functions ?? new Map(), dryRun, continueOnError },
      { timeoutSec: timeout },
    )
    return { text: json ? JSON.stringify(result, null, 2) : summaryOf(result, dryRun) }
  },
})

function requireSet({ host, layout }: CommandContext, set: string): void {
  const sets = listSets({ files: host.files, layout })
  if (isSetName(set) && sets.includes(set)) return
  throw new HabError("USAGE", `there is no applied set '${set}'`, {
    hint: sets.length === 0 ? "nothing was ever applied on this root" : `applied sets: ${sets.join(", ")}`,
  })
}
