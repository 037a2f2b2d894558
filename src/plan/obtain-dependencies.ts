import { HabError } from "../base/errors.ts"
import { type PackageIdent, parseIdent, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { Build } from "./build-state.ts"
import type { WantedDependency } from "./dependencies.ts"

/** Where a build takes packages from that are not installed. */
export type DependencySource = Readonly<{
  /** Channel of most packages; HAB_BLDR_CHANNEL. */
  channel: string
  /** Channel of packages of the origin `core`; HAB_REFRESH_CHANNEL. */
  refreshChannel: string
  /** Channel that is asked when the other one lacks a package; HAB_FALLBACK_CHANNEL. */
  fallbackChannel: string
  /** Installs what answers a wish with all it needs. Throws HabError: PACKAGE_NOT_FOUND when the channel lacks it. */
  install(wish: PackageIdent, how: Readonly<{ channel: string; withHooks: boolean }>): Promise<void>
}>

const REFRESHED_ORIGIN = "core"

/**
 * Installs what a plan wants and this machine lacks (spec package §2.5). What is installed with all it needs is taken as
 * it is: no source is asked about it. A wish that could not be had comes back with the reason.
 */
export async function obtainDependencies(
  build: Pick<Build, "host" | "request">,
  wanted: readonly WantedDependency[],
  { withHooks }: Readonly<{ withHooks: boolean }>,
): Promise<readonly WantedDependency[]> {
  const { dependencySource: source, report } = build.request
  if (source === undefined) return wanted
  const obtained: WantedDependency[] = []
  for (const dependency of wanted) {
    const wish = parseIdent(dependency.text)
    if (isComplete(build, wish)) {
      obtained.push(dependency)
      continue
    }
    report({ tag: "status", verb: "Missing", subject: dependency.text })
    const tried = await tryChannels(build, source, wish, withHooks)
    obtained.push(tried === undefined ? dependency : { ...dependency, tried })
  }
  return obtained
}

function isComplete({ host, request: { store } }: Pick<Build, "host" | "request">, wish: PackageIdent): boolean {
  const found = store.find(wish)
  return found !== undefined && readMetadata(host, found).tdeps.every((needed) => store.find(needed) !== undefined)
}

/** Why no channel had it; undefined when one did. */
async function tryChannels(
  { request: { signal } }: Pick<Build, "request">,
  source: DependencySource,
  wish: PackageIdent,
  withHooks: boolean,
): Promise<string | undefined> {
  const first = wish.origin === REFRESHED_ORIGIN ? source.refreshChannel : source.channel
  const channels = [...new Set([first, source.fallbackChannel])]
  const reasons: string[] = []
  for (const channel of channels) {
    try {
      await source.install(wish, { channel, withHooks })
      return undefined
    } catch (error) {
      if (!(error instanceof HabError) || signal?.aborted) throw error
      reasons.push(reasonOf(error))
      // Only another channel can help a package that this one lacks; a depot that is down, or a bad signature, stays so.
      if (error.code !== "PACKAGE_NOT_FOUND") break
    }
  }
  return `${stringifyIdent(wish)} could not be installed: ${reasons.join(", and ")}`
}

function reasonOf({ message, hint }: HabError): string {
  return hint === undefined || message.startsWith("'") ? message : `${message} (${hint})`
}
