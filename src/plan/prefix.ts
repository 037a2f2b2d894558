import { HabError } from "../base/errors.ts"
import { hostPath } from "../base/layout.ts"
import { stringifyIdent } from "../package/ident.ts"
import { removeEmptyAncestors } from "../package/leftovers.ts"
import type { BindMount } from "../ports/enclosure.ts"
import { type Build, type BuildHost, scratchOf, toHost } from "./build-state.ts"
import { identParts } from "./package-steps.ts"
import type { PlanValues } from "./variables.ts"

/** Whether the place a build installs into is ours to write, or somebody's installed package. */
export type Claim = { readonly tag: "free" } | { readonly tag: "apart"; readonly aside: BindMount }

/**
 * Claims the package's place. What a build that died left there is removed. When the very release is installed (a fixed
 * SOURCE_DATE_EPOCH gives one release again and again), the build gets a folder of its own that only it sees there.
 * Throws BUILD_PREFIX_TAKEN where mounts are refused.
 */
export function claimPrefix(
  { host, request, paths }: Pick<Build, "request" | "paths"> & Readonly<{ host: Pick<BuildHost, "files"> }>,
  values: PlanValues,
): Claim {
  const place = hostPath(request.layout, values.pkg_prefix)
  if (host.files.lstat(place) === undefined) return { tag: "free" }
  const ident = identParts(values)
  if (request.store.find(ident) === undefined) {
    host.files.removeTree(place)
    return { tag: "free" }
  }
  if (request.enclosure.bind === undefined) throw taken(stringifyIdent(ident))
  const from = `${hostPath(request.layout, scratchOf(paths, values))}/package`
  host.files.removeTree(from)
  host.files.makeDirectories(from)
  return { tag: "apart", aside: { from, at: values.pkg_prefix } }
}

/** For a version that came late, when the shell runs already: throws BUILD_PREFIX_TAKEN for an installed release. */
export function claimLatePrefix(build: Build, values: PlanValues): void {
  if (build.found.prefix === values.pkg_prefix) return
  const isApart = build.aside !== undefined && values.pkg_prefix.startsWith(`${build.aside.at}/`)
  if (!isApart && claimPrefix(build, values).tag === "apart") throw taken(stringifyIdent(identParts(values)))
  build.found.prefix = values.pkg_prefix
  build.found.ident = identParts(values)
}

function taken(ident: string): HabError {
  return new HabError("BUILD_PREFIX_TAKEN", `${ident} is installed already; building it would write into it`, {
    hint: "uninstall it, or build with another SOURCE_DATE_EPOCH (which gives the release)",
  })
}

/** Moves the finished tree out of the store's sight: with a TARGET file it would count as installed. */
export async function setApart(build: Build): Promise<void> {
  const { prefix, scratch } = build.found
  if (build.aside !== undefined || prefix === undefined || scratch === undefined) return
  const apart = { from: `${hostPath(build.request.layout, scratch)}/package`, at: prefix }
  const { files } = build.host
  files.removeTree(apart.from)
  files.rename(toHost(build, prefix), apart.from)
  build.found.apart = apart
}

/** Shows the package to do_end at its place again, without the TARGET file. */
export async function putBack(build: Build): Promise<void> {
  const { apart } = build.found
  if (apart === undefined) return
  const { files } = build.host
  files.removeFile(`${apart.from}/TARGET`)
  delete build.found.apart
  files.rename(apart.from, toHost(build, apart.at))
}

/** Removes what the build made at the package's place and its scratch folder; the artifact holds the package now. */
export function releasePrefix(build: Build): void {
  const { files } = build.host
  const { layout } = build.request
  const { prefix, scratch, ident } = build.found
  if (prefix !== undefined && ident !== undefined && build.aside === undefined) {
    files.removeTree(hostPath(layout, prefix))
    removeEmptyAncestors({ files, layout }, ident)
  }
  if (scratch !== undefined) files.removeTree(hostPath(layout, scratch))
}
