import { satisfies, stringifyIdent } from "../../package/ident.ts"
import { readGraph } from "../../package/package-graph.ts"
import { planPrune } from "../../package/prune.ts"
import { uninstallPackages } from "../../package/uninstall.ts"
import { defineCommand } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { exclusionsOf, wantedReleases, withRemoval } from "../removal.ts"

/** `hab pkg prune`: old releases that nothing needs. */
export const pruneCommand = defineCommand({
  name: "prune",
  summary: "Remove old releases that no loaded service and no other package needs",
  examples: ["hab pkg prune --keep 2 --dry-run", "hab pkg prune --exclude acme/web/1.4.0"],
  options: {
    keep: { kind: "number", value: "N", minimum: 1, default: 1, summary: "How many releases of each package stay" },
    dryRun: { kind: "flag", short: "d", summary: "Only say what would be removed" },
    exclude: { kind: "list", value: "IDENT", summary: "Keep these packages, with what they need" },
    ignoreUninstallHook: { kind: "flag", summary: "Do not run uninstall hooks" },
    json: JSON_OUTPUT,
  },
  async run({ options }, command) {
    const exclude = exclusionsOf(options.exclude)
    return withRemoval(command, options, async ({ context, store, rules }) => {
      const wanted = [...rules.loaded, ...wantedReleases(command, store)].map(stringifyIdent)
      const installed = store.list()
      const going = planPrune(
        installed.map(({ ident }) => ident),
        readGraph(context, installed),
        {
          keep: options.keep,
          isRoot: (ident) => wanted.includes(stringifyIdent(ident)) || exclude.some((kept) => satisfies(ident, kept)),
        },
      )
      if (!options.dryRun) {
        for (const ident of going) await uninstallPackages(context, ident, { ...rules, exclude, noDeps: true })
      }
      const removed = going.map(stringifyIdent)
      const done = options.dryRun ? "would be removed" : "removed"
      if (options.json) return { text: JSON.stringify(removed) }
      command.report({ tag: "end", text: `${removed.length} of ${installed.length} releases ${done}` })
      return { text: removed.join("\n") }
    })
  },
})
