import { channelSource } from "../depot/open-depot.ts"
import { installPackages } from "../package/install.ts"
import type { PackageStore } from "../package/store.ts"
import type { DependencySource } from "../plan/obtain-dependencies.ts"
import type { CommandContext, OptionSpec, Workplace } from "./command.ts"
import { CHANNEL_OPTION, DEPOT_OPTIONS, depotIfNamed } from "./options/depot-options.ts"
import { packageHooks } from "./package-hooks.ts"

const DEFAULT_FALLBACK_CHANNEL = "stable"

/** Where a build gets packages that are not installed (spec package §2.5). */
export const DEPENDENCY_OPTIONS = {
  ...DEPOT_OPTIONS,
  channel: { ...CHANNEL_OPTION, summary: "Channel to take missing dependencies from" },
  refreshChannel: {
    ...CHANNEL_OPTION,
    short: "f",
    env: "HAB_REFRESH_CHANNEL",
    summary: "Channel to take missing dependencies of the origin core from",
  },
  offline: { kind: "flag", summary: "Ask no depot for dependencies: what is installed must do" },
} as const satisfies Readonly<Record<string, OptionSpec>>

type Choice = Readonly<{
  url: string | undefined
  auth: string | undefined
  channel: string
  refreshChannel: string
  offline: boolean
}>

/** `close` ends what install hooks were run with. */
export type BuildDependencies = Readonly<{ source: DependencySource | undefined; close(): Promise<void> }>

/** The depot that options, environment or cli.toml name; none with --offline and NO_INSTALL_DEPS. Nothing is asked yet. */
export function buildDependencies(
  context: CommandContext,
  workplace: Workplace,
  store: PackageStore,
  choice: Choice,
): BuildDependencies {
  const { host, report, signal } = context
  // It is asked only about what is missing: until then nothing depends on it.
  const depot = choice.offline || mayNotInstall(host.env) ? undefined : depotIfNamed(context, choice, "may-be-new")
  if (depot === undefined) return { source: undefined, close: async () => undefined }
  const hooks = packageHooks(context, workplace, store)
  const install: DependencySource["install"] = async (ident, { channel, withHooks }) => {
    const source = channelSource(depot, { channel, target: host.target })
    await installPackages({ ...host, layout: workplace.layout, report }, [{ tag: "ident", ident }], {
      source,
      signal,
      ...(withHooks ? { runInstallHook: hooks.install } : {}),
    })
  }
  const { channel, refreshChannel } = choice
  const fallbackChannel = host.env["HAB_FALLBACK_CHANNEL"] || DEFAULT_FALLBACK_CHANNEL
  return { source: { channel, refreshChannel, fallbackChannel, install }, close: hooks.close }
}

function mayNotInstall(env: Readonly<Record<string, string>>): boolean {
  return !["", "false"].includes(env["NO_INSTALL_DEPS"] ?? "")
}
