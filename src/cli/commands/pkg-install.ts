import { Buffer } from "node:buffer"
import { innerPath, supervisorPaths } from "../../base/layout.ts"
import { owedInstallHooks } from "../../hooks/install-status.ts"
import { type PackageHookContext, runPackageHook } from "../../hooks/package-hooks.ts"
import { keepBytesOf } from "../../hooks/run-hook.ts"
import { type InstallOptions, installPackages } from "../../package/install.ts"
import { parseInstallSource } from "../../package/install-source.ts"
import { createStore, type InstalledPackage, type PackageStore } from "../../package/store.ts"
import type { RunGroups } from "../../ports/process-group.ts"
import { type CommandContext, defineCommand, type Workplace } from "../command.ts"

/** `hab pkg install`: the last stdout line is the summary, which build programs read (decisions K). */
export const installPackageCommand = defineCommand({
  name: "install",
  summary: "Install packages with everything they need, and run their install hooks",
  arguments: "<ident-or-hart...>",
  examples: [
    "hab pkg install results/acme-web-1.0.0-20260102030405-x86_64-linux.hart",
    "hab pkg install acme/web --ignore-install-hook",
  ],
  options: {
    ignoreInstallHook: { kind: "flag", summary: "Do not run install hooks; a later install or load runs them" },
  },
  async run({ args, options }, context) {
    const { host } = context
    const sources = args.map((text) => parseInstallSource(host, text))
    const workplace = context.workplace()
    const { layout } = workplace
    const store = createStore({ files: host.files, layout, target: host.target })
    const hooks = installHooks(context, workplace, store)
    const common: InstallOptions = { signal: context.signal }
    try {
      const { summaries } = await installPackages(
        { ...host, layout, report: context.report },
        sources,
        options.ignoreInstallHook ? common : { ...common, runInstallHook: hooks.run },
      )
      return { text: summaries.join("\n") }
    } finally {
      await hooks.close()
    }
  },
})

/** Runs install hooks in process groups that are opened when the first one is due: most packages have none. */
function installHooks(context: CommandContext, { layout, enclosure }: Workplace, store: PackageStore) {
  const { host } = context
  const token = Buffer.from(host.randomBytes(6)).toString("hex")
  let groups: Promise<RunGroups> | undefined
  let count = 0
  const fifoDirectory = `${supervisorPaths(layout).state}/install-${token}`
  const open = () => {
    const root = enclosure.enclosed ? layout.root : "/"
    return host.openGroups({ root, hab: layout.hab, fifoDirectory })
  }
  const openOnce = () => {
    groups ??= open()
    return groups
  }
  const hookContext = async (): Promise<PackageHookContext> => ({
    ...host,
    groups: await openOnce(),
    layout,
    report: context.report,
    keepBytes: keepBytesOf(host.env),
    store,
    newRunId: () => `install-${token}/${++count}`,
    toolsDirectory: innerPath(layout, `${supervisorPaths(layout).state}/bin`),
    ...(host.env["HAB_AUTH_TOKEN"] === undefined ? {} : { authToken: host.env["HAB_AUTH_TOKEN"] }),
  })
  return {
    async run(pkg: InstalledPackage): Promise<void> {
      const owed = owedInstallHooks({ files: host.files, store }, pkg).some((one) => one.path === pkg.path)
      if (owed) await runPackageHook(await hookContext(), pkg, "install", { signal: context.signal })
    },
    async close(): Promise<void> {
      if (groups !== undefined) (await groups).close()
    },
  }
}
