import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { readGraph } from "../../package/package-graph.ts"
import { planRollback, type RollbackPlan } from "../../package/rollback.ts"
import { uninstallPackages } from "../../package/uninstall.ts"
import { checkUnused } from "../../package/uninstall-plan.ts"
import type { OperationResult } from "../../supervisor/control/operations.ts"
import type { ServiceStatus } from "../../supervisor/gateway/status.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"
import { ask, askIfRunning } from "../operations.ts"
import { withRemoval } from "../removal.ts"
import { waitForRelease } from "../waiting/wait-for-release.ts"

/** `hab pkg rollback`: an older release becomes the newest again; services go over to it before the newer ones go. */
export const rollbackCommand = defineCommand({
  name: "rollback",
  summary: "Go back to an older installed release: loaded services restart with it, newer ones are removed",
  arguments: "<ident>",
  examples: ["hab pkg rollback acme/web", "hab pkg rollback acme/web/1.4.0 --dry-run"],
  options: {
    dryRun: { kind: "flag", short: "d", summary: "Only say what would be removed" },
    ignoreUninstallHook: { kind: "flag", summary: "Do not run uninstall hooks" },
    timeout: {
      kind: "number",
      value: "SECONDS",
      minimum: 1,
      summary: "How long services may take to go over",
      default: 60,
    },
  },
  async run({ args: [text = ""], options }, command) {
    const wish = parseIdent(text)
    if (!options.dryRun) {
      const plan = planRollback(openStore(command), wish)
      requireRemovable(command, plan)
      await rollServicesBack(command, plan, options.timeout)
    }
    return withRemoval(command, options, async ({ context, store, rules }) => {
      const { target, newer } = planRollback(store, wish)
      const common = { ...rules, exclude: [], noDeps: true, dryRun: options.dryRun }
      for (const ident of newer) await uninstallPackages(context, ident, common)
      const verb = options.dryRun ? "would be" : "is"
      return { text: `${stringifyIdent(target.ident)} ${verb} the newest release of ${wish.origin}/${wish.name}.` }
    })
  },
})

/** Before any service goes over: what others need stays, and so would the service have to. Throws PACKAGE_IN_USE. */
function requireRemovable(command: CommandContext, { newer }: RollbackPlan): void {
  const graph = readGraph(command.host, openStore(command).list())
  const going = new Set(newer.map(stringifyIdent))
  for (const ident of newer) checkUnused(graph, ident, going)
}

/** Services that run what is to be removed go over first, and are waited for: nothing is removed that is used. */
async function rollServicesBack(command: CommandContext, plan: RollbackPlan, timeoutSec: number): Promise<void> {
  const newer = plan.newer.map(stringifyIdent)
  const services = await askIfRunning<readonly ServiceStatus[]>(command, { method: "GET", path: "/services" })
  const release = stringifyIdent(plan.target.ident)
  for (const { name } of (services ?? []).filter(({ ident }) => newer.includes(ident))) {
    const body = { ident: name, release }
    const { message } = await ask<OperationResult>(command, { method: "POST", path: "/services/roll-back", body })
    command.report({ tag: "note", text: message })
    await waitForRelease(command, { name, release, timeoutSec })
  }
}
