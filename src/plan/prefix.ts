import { HabError } from "../base/errors.ts"
import { hostPath } from "../base/layout.ts"
import { stringifyIdent } from "../package/ident.ts"
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
  const claim = claimPrefix(build, values)
  if (claim.tag === "apart") throw taken(stringifyIdent(identParts(values)))
  build.found.prefix = values.pkg_prefix
}

function taken(ident: string): HabError {
  return new HabError("BUILD_PREFIX_TAKEN", `${ident} is installed already; building it would write into it`, {
    hint: "uninstall it, or build with another SOURCE_DATE_EPOCH (which gives the release)",
  })
}

/** Removes what the build made at the package's place and its scratch folder; the artifact holds the package now. */
export function releasePrefix(build: Build): void {
  const { files } = build.host
  const { prefix, scratch } = build.found
  if (prefix !== undefined) {
    files.removeTree(toHost(build, prefix))
    if (build.aside === undefined) removeEmptyParents(build, prefix)
  }
  if (scratch !== undefined) files.removeTree(hostPath(build.request.layout, scratch))
}

/** version, name and origin folders, when nothing else is in them. */
function removeEmptyParents(build: Build, prefix: string): void {
  const { files } = build.host
  const parts = prefix.slice(build.paths.packages.length + 1).split("/")
  for (let depth = parts.length - 1; depth > 0; depth--) {
    const folder = toHost(build, [build.paths.packages, ...parts.slice(0, depth)].join("/"))
    if (files.lstat(folder)?.kind !== "directory" || files.readDirectory(folder).length > 0) return
    files.removeDirectory(folder)
  }
}
