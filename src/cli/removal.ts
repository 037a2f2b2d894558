import { HabError } from "../base/errors.ts"
import { type FullIdent, isFullIdent, type PackageIdent, parseIdent, tryParseIdent } from "../package/ident.ts"
import type { PackageStore } from "../package/store.ts"
import type { UninstallContext, UninstallOptions } from "../package/uninstall.ts"
import type { ServiceStatus } from "../supervisor/gateway/status.ts"
import { readSpecs } from "../supervisor/spec/spec-files.ts"
import type { CommandContext } from "./command.ts"
import { openStore } from "./installed.ts"
import { askIfRunning } from "./operations.ts"
import { packageHooks } from "./package-hooks.ts"

/** What removing packages takes. */
export type Removal = Readonly<{
  context: UninstallContext
  store: PackageStore
  /** What loaded services use is kept; hooks run unless they are ignored. */
  rules: Pick<UninstallOptions, "loaded" | "signal" | "runUninstallHook">
}>

/** Runs `remove` with all it takes: every command that removes packages goes by the same rules (decisions 11). */
export async function withRemoval<T>(
  command: CommandContext,
  { ignoreUninstallHook }: Readonly<{ ignoreUninstallHook: boolean }>,
  remove: (removal: Removal) => Promise<T>,
): Promise<T> {
  const { host, signal, report } = command
  const loaded = await runningReleases(command)
  const workplace = command.workplace()
  const { layout } = workplace
  const store = openStore({ host, layout })
  const hooks = packageHooks(command, workplace, store)
  const running = ignoreUninstallHook ? {} : { runUninstallHook: hooks.uninstall }
  try {
    return await remove({ context: { ...host, layout, report }, store, rules: { loaded, signal, ...running } })
  } finally {
    await hooks.close()
  }
}

/** What is not to be removed. A pattern would keep nothing, which is noticed too late. Throws IDENT_INVALID. */
export function exclusionsOf(texts: readonly string[] = []): PackageIdent[] {
  const pattern = texts.find((text) => /[*?[\]{}]/.test(text))
  if (pattern === undefined) return texts.map(parseIdent)
  throw new HabError("IDENT_INVALID", `'${pattern}' is a pattern, and packages to keep have to be named`, {
    hint: "give --exclude origin/name for each of them",
  })
}

/** What a running supervisor uses. */
async function runningReleases(command: CommandContext): Promise<FullIdent[]> {
  const services = await askIfRunning<readonly ServiceStatus[]>(command, { method: "GET", path: "/services" })
  return (services ?? []).flatMap((service) => tryParseIdent(service.ident) ?? []).filter(isFullIdent)
}

/** What the specs on disk would run, supervisor or not. */
export function wantedReleases({ host, layout }: CommandContext, store: PackageStore): FullIdent[] {
  const { specs } = readSpecs({ files: host.files, layout, env: host.env })
  return [...specs.values()].flatMap((spec) => store.find(spec.ident)?.ident ?? [])
}
