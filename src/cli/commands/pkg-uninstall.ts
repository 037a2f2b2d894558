import { isFullIdent, parseIdent, tryParseIdent } from "../../package/ident.ts"
import { createStore } from "../../package/store.ts"
import { type UninstallOptions, uninstallPackages } from "../../package/uninstall.ts"
import { askSupervisor } from "../../supervisor/gateway/client.ts"
import type { ServiceStatus } from "../../supervisor/gateway/status.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { packageHooks } from "../package-hooks.ts"

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
    const { host } = context
    const wish = parseIdent(text)
    const exclude = (options.exclude ?? []).map(parseIdent)
    const loaded = await loadedReleases(context)
    const workplace = context.workplace()
    const { layout } = workplace
    const hooks = packageHooks(context, workplace, createStore({ files: host.files, layout, target: host.target }))
    const rules: UninstallOptions = {
      loaded,
      exclude,
      dryRun: options.dryrun,
      noDeps: options.noDeps,
      signal: context.signal,
      ...(options.keepLatest === undefined ? {} : { keepLatest: options.keepLatest }),
      ...(options.ignoreUninstallHook ? {} : { runUninstallHook: hooks.uninstall }),
    }
    try {
      const { summaries } = await uninstallPackages({ ...host, layout, report: context.report }, wish, rules)
      return { text: summaries.join("\n") }
    } finally {
      await hooks.close()
    }
  },
})

/** What a running supervisor uses is kept. */
async function loadedReleases({ host, layout }: CommandContext) {
  const ask = { control: host.control, layout }
  const services = await askSupervisor<readonly ServiceStatus[]>(ask, { method: "GET", path: "/services" })
  return (services ?? []).flatMap((service) => tryParseIdent(service.ident) ?? []).filter(isFullIdent)
}
