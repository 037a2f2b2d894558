import { posix as path } from "node:path"
import { describePlan, planSet } from "../../supervisor/set/apply-set.ts"
import { applyUnsupervised } from "../../supervisor/set/apply-unsupervised.ts"
import { readServiceSet } from "../../supervisor/set/read-set.ts"
import { defineCommand } from "../command.ts"
import { operate, operationContext } from "../operations.ts"
import { SYNC_OPTIONS } from "../options/wait-options.ts"
import { finishOperation } from "../waiting/finish-operation.ts"

/** `hab svc apply` (decisions 27, 30, 31). */
export const applyCommand = defineCommand({
  name: "apply",
  summary: "Load, change and unload services so that they are what a file says",
  arguments: "<file>",
  examples: ["hab svc apply shop.toml", "hab svc apply kepler.yaml --dry-run", "hab svc apply ecosystem.config.js -d"],
  options: {
    set: { kind: "text", value: "NAME", summary: "Name of the set (default: the file's or its folder's)" },
    dryRun: { kind: "flag", summary: "Show what would change" },
    force: {
      kind: "flag",
      summary: "Take over services, or a set, that belong to another file or were loaded by hand",
    },
    ...SYNC_OPTIONS,
  },
  async run({ args: [file = ""], options: { set: name, dryRun, force, ...wait } }, context) {
    const { host, nodeProgram } = context
    const absolute = path.resolve(host.cwd, file)
    const set = await readServiceSet({ ...host, runner: host.processes, nodeProgram }, absolute, name)
    for (const note of set.notes) context.report({ tag: "note", text: note })
    const request = { set, force }
    if (dryRun) return { text: describePlan(planSet(operationContext(context), request)) }
    const done = await operate(context, { path: "/sets/apply", body: request }, (operations) =>
      applyUnsupervised(operations, request),
    )
    return finishOperation(context, done, { goal: "started", wait, byDefault: true })
  },
})
