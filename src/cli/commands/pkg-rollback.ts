import { HabError } from "../../base/errors.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { planRollback } from "../../package/rollback.ts"
import { uninstallPackages } from "../../package/uninstall.ts"
import { reasonToKeep } from "../../package/uninstall-plan.ts"
import { defineCommand } from "../command.ts"
import { withRemoval } from "../removal.ts"

/** `hab pkg rollback`: an older release becomes the newest again. */
export const rollbackCommand = defineCommand({
  name: "rollback",
  summary: "Go back to an older installed release: newer ones are removed",
  arguments: "<ident>",
  examples: ["hab pkg rollback acme/web", "hab pkg rollback acme/web/1.4.0 --dry-run"],
  options: {
    dryRun: { kind: "flag", short: "d", summary: "Only say what would be removed" },
    ignoreUninstallHook: { kind: "flag", summary: "Do not run uninstall hooks" },
  },
  async run({ args: [text = ""], options }, command) {
    const wish = parseIdent(text)
    return withRemoval(command, options, async ({ context, store, rules }) => {
      const { target, newer } = planRollback(store, wish)
      const used = newer.find((ident) => reasonToKeep(ident, { loaded: rules.loaded, exclude: [] }) !== undefined)
      if (used !== undefined) {
        throw new HabError("ROLLBACK_IMPOSSIBLE", `${stringifyIdent(used)} is used by a running service`, {
          hint: `hab svc unload ${wish.origin}/${wish.name} --wait, roll back, and load it again`,
        })
      }
      const common = { ...rules, exclude: [], noDeps: true, dryRun: options.dryRun }
      for (const ident of newer) await uninstallPackages(context, ident, common)
      const verb = options.dryRun ? "would be" : "is"
      return { text: `${stringifyIdent(target.ident)} ${verb} the newest release of ${wish.origin}/${wish.name}.` }
    })
  },
})
