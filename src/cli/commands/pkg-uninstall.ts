import { parseIdent } from "../../package/ident.ts"
import { uninstallPackages } from "../../package/uninstall.ts"
import { defineCommand } from "../command.ts"
import { exclusionsOf, withRemoval } from "../removal.ts"

/** `hab pkg uninstall` (spec package §6). */
export const uninstallPackageCommand = defineCommand({
  name: "uninstall",
  summary: "Remove an installed package with the dependencies nothing else needs; run its uninstall hook",
  arguments: "<ident>",
  examples: [
    "hab pkg uninstall acme/web",
    "hab pkg uninstall acme/web --keep-latest 2 --dryrun",
    "hab pkg uninstall acme/web --exclude core/openssl",
  ],
  options: {
    dryrun: { kind: "flag", short: "d", summary: "Only say what would be removed" },
    keepLatest: {
      kind: "number",
      value: "COUNT",
      minimum: 0,
      summary: "Remove all matching releases but the newest so many; 0 removes them all",
    },
    exclude: { kind: "list", value: "IDENT", summary: "Keep these packages" },
    noDeps: { kind: "flag", summary: "Leave the dependencies alone" },
    ignoreUninstallHook: { kind: "flag", summary: "Do not run uninstall hooks" },
  },
  async run({ args: [text = ""], options }, context) {
    const wish = parseIdent(text)
    const { dryrun, keepLatest, noDeps } = options
    const exclude = exclusionsOf(options.exclude)
    const chosen = { exclude, dryRun: dryrun, noDeps, ...(keepLatest === undefined ? {} : { keepLatest }) }
    return withRemoval(context, options, async (removal) => {
      const { summaries } = await uninstallPackages(removal.context, wish, { ...removal.rules, ...chosen })
      return { text: summaries.join("\n") }
    })
  },
})
