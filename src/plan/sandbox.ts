import { HabError } from "../base/errors.ts"
import { hostPath, innerPath } from "../base/layout.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { BindMount, Sandbox, VisiblePath } from "../ports/enclosure.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { type Build, scratchOf } from "./build-state.ts"
import type { PlanValues } from "./variables.ts"

type Unread = Pick<Build, "request" | "paths" | "location"> & Readonly<{ host: Pick<Build["host"], "files" | "cwd"> }>

/** A file of a package that stands for programs of the host: one path per line, visible to a sandbox that has the package. */
const HOST_PATHS = "HOST_PATHS"

/** The machine's sandbox. Throws BUILD_SANDBOX_REFUSED. */
export function requireSandbox({ enclosure }: Build["request"]): Sandbox {
  const sandbox = enclosure.sandbox?.()
  if (sandbox !== undefined) return sandbox
  throw new HabError("BUILD_SANDBOX_REFUSED", "--sandbox: namespaces are refused here, by the kernel or a container", {
    hint: "build without --sandbox, as root, or where unshare(1) works",
  })
}

/**
 * What a build sees under `--sandbox`: the packages it depends on with the files they stand for, the plan, the sources
 * and its own folders. `place` is where the package is built and where it is seen; while the plan is only being read for
 * its dependencies there is none.
 */
export function visiblePaths(
  unread: Unread,
  packages: readonly InstalledPackage[],
  built?: Readonly<{ values: PlanValues; place: BindMount }>,
): readonly VisiblePath[] {
  const { request, paths, location, host } = unread
  const same = (path: string, writable: boolean): VisiblePath => ({ from: path, at: path, writable })
  const ours = (inner: string): VisiblePath => ({ from: hostPath(request.layout, inner), at: inner, writable: true })
  const scripts = innerPath(request.layout, request.bashDirectory)
  return [
    ...(isProject(unread) ? [same(host.cwd, false)] : []),
    same(location.sourceContext, built !== undefined),
    ...(built === undefined ? [] : [ours(paths.sources), ours(scratchOf(paths, built.values))]),
    ...(built === undefined ? [] : [{ ...built.place, writable: true }]),
    ...(built === undefined
      ? // All of the store, whatever is in it: what the plan turns out to need may be installed meanwhile.
        [{ from: `${request.layout.hab}/pkgs`, at: paths.packages, writable: false }]
      : packages.map((pkg) => ({ from: pkg.path, at: pkg.innerPath, writable: false }))),
    ...packages.flatMap((pkg) => hostPaths(host.files, pkg)).map((path) => same(path, false)),
    { from: request.bashDirectory, at: scripts, writable: false },
  ]
}

/** Plans read files of plans beside them: the folder hab was called in is the project, unless it is everything there is. */
function isProject({ request, location, host }: Unread): boolean {
  const holds = (path: string) => path.startsWith(`${host.cwd}/`)
  return host.cwd !== "/" && holds(location.planContext) && !holds(request.layout.hab)
}

function hostPaths(files: Pick<FileSystem, "readTextIfPresent">, { path }: InstalledPackage): string[] {
  const lines = files.readTextIfPresent(`${path}/${HOST_PATHS}`)?.split(/\r?\n/) ?? []
  return lines.filter((line) => /^\/[^/]/.test(line)).sort()
}

/** Where a sandboxed build installs: a folder of its scratch, seen at the package's place whatever version it gets. */
export function sandboxPlace({ request, paths }: Unread, values: PlanValues): BindMount {
  return {
    from: `${hostPath(request.layout, scratchOf(paths, values))}/package`,
    at: `${paths.packages}/${values.pkg_origin}/${values.pkg_name}`,
  }
}
