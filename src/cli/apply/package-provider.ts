import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { installPackages } from "../../package/install.ts"
import { parseInstallSource } from "../../package/install-source.ts"
import { uninstallPackages } from "../../package/uninstall.ts"
import type { Provider } from "../../program/provider.ts"
import type { Result } from "../../program/state.ts"
import type { CommandContext } from "../command.ts"
import { openStore } from "../installed.ts"
import { packageHooks } from "../package-hooks.ts"
import { withRemoval } from "../removal.ts"

/** Packages as resources: installed, and uninstalled with what nothing else needs. An update leaves the older release. */
export function packageProvider(context: CommandContext): Provider {
  const { host, report, signal } = context
  const install = async (inputs: Readonly<Record<string, unknown>>): Promise<Result> => {
    const workplace = context.workplace()
    const { layout } = workplace
    const store = openStore({ host, layout })
    const hooks = packageHooks(context, workplace, store)
    const source = parseInstallSource(host, String(inputs["hart"] ?? inputs["ident"]))
    try {
      const options = { signal, runInstallHook: hooks.install }
      const { requested } = await installPackages({ ...host, layout, report }, [source], options)
      const [pkg] = requested
      if (pkg === undefined) throw new Error("assertion failed: something was requested")
      const release = stringifyIdent(pkg.ident)
      return { id: release, outputs: { release, path: pkg.path } }
    } finally {
      await hooks.close()
    }
  }
  return {
    create: (resource) => install(resource.inputs),
    update: (resource) => install(resource.inputs),
    async remove({ id }) {
      // What was begun and never came into being has no release.
      if (id === "") return
      await withRemoval(context, { ignoreUninstallHook: false }, async (removal) => {
        if (removal.store.find(parseIdent(id)) === undefined) return
        await uninstallPackages(removal.context, parseIdent(id), { ...removal.rules, exclude: [] })
      })
    },
  }
}
