import { Buffer } from "node:buffer"
import { explainIo } from "../base/explain-io.ts"
import { innerPath, supervisorPaths } from "../base/layout.ts"
import { discoverHooks } from "../hooks/discover.ts"
import { owedInstallHooks } from "../hooks/install-status.ts"
import { type PackageHookContext, type PackageHookName, runPackageHook } from "../hooks/package-hooks.ts"
import { keepBytesOf } from "../hooks/run-hook.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import type { RunGroups } from "../ports/process-group.ts"
import type { CommandContext, Workplace } from "./command.ts"

export type PackageHooks = Readonly<{
  /** Runs the install hook of a package that still owes it. */
  install(pkg: InstalledPackage): Promise<void>
  /** Runs the uninstall hook of a package, if it has one. */
  uninstall(pkg: InstalledPackage): Promise<void>
  close(): Promise<void>
}>

/** Install and uninstall hooks, in process groups that are opened when the first one is due: most packages have none. */
export function packageHooks(
  context: CommandContext,
  { layout, enclosure }: Workplace,
  store: PackageStore,
): PackageHooks {
  const { host, signal } = context
  let groups: Promise<RunGroups> | undefined
  let token = ""
  let count = 0
  const openOnce = () => {
    // Not before a hook is due: where random bytes come from takes two milliseconds to load.
    token ||= Buffer.from(host.randomBytes(6)).toString("hex")
    const fifoDirectory = `${supervisorPaths(layout).state}/install-${token}`
    groups ??= host.openGroups({ root: enclosure.enclosed ? layout.root : "/", hab: layout.hab, fifoDirectory })
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
  const run = async (pkg: InstalledPackage, name: PackageHookName) => {
    const what = `the ${name} hook of ${stringifyIdent(pkg.ident)} cannot run`
    const ready = await hookContext().catch((error: unknown) =>
      explainIo(what, () => {
        throw error
      }),
    )
    await runPackageHook(ready, pkg, name, { signal })
    // What a hook was interrupted in is not done: neither installed nor ready to be removed.
    signal.throwIfAborted()
  }
  return {
    async install(pkg) {
      const owed = owedInstallHooks({ files: host.files, store }, pkg).some((one) => one.path === pkg.path)
      if (owed) await run(pkg, "install")
    },
    async uninstall(pkg) {
      if (discoverHooks(host, pkg.path).some(({ file }) => file === "uninstall")) await run(pkg, "uninstall")
    },
    async close() {
      // Groups that could not be opened were reported.
      await groups?.then(
        (opened) => opened.close(),
        () => undefined,
      )
    },
  }
}
