import { HabError, type Problem } from "../base/errors.ts"
import { nearest } from "../base/nearest.ts"
import { parseIdent, satisfies, stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"

/** A dependency as the plan writes it, and where. */
export type WantedDependency = Readonly<{
  text: string
  where: string
  /** Why it could not be had from where missing packages come from. */
  tried?: string
}>

/** What the dependencies of a plan came to (spec package §2.5); each list in the order the reference has. */
export type ResolvedDependencies = Readonly<{
  buildDeps: readonly InstalledPackage[]
  deps: readonly InstalledPackage[]
  buildTdeps: readonly InstalledPackage[]
  tdeps: readonly InstalledPackage[]
  allDeps: readonly InstalledPackage[]
  allTdeps: readonly InstalledPackage[]
}>

/** With the sentence before and the advice after them, six lines. */
const RELEASES_SHOWN_MAX = 4

type Context = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent">
  store: PackageStore
  /** Where packages are looked for; named in errors. */
  packagesPath: string
}>

/**
 * The installed packages a plan builds with and runs with. Throws BUILD_DEPENDENCY_MISSING naming all that are not
 * there, BUILD_DEPENDENCY_CONFLICT when the runtime closure holds two releases of one package.
 */
export function resolveDependencies(
  context: Context,
  wanted: Readonly<{ build: readonly WantedDependency[]; run: readonly WantedDependency[] }>,
): ResolvedDependencies {
  const problems: Problem[] = []
  const buildDeps = findAll(context, wanted.build, problems)
  const deps = findAll(context, wanted.run, problems)
  const buildTdeps = closure(context, buildDeps, problems)
  const tdeps = closure(context, deps, problems)
  if (problems.length > 0) throw missing(problems)
  requireOneReleaseEach(context, deps, tdeps)
  const allDeps = [...buildDeps, ...deps]
  return { buildDeps, deps, buildTdeps, tdeps, allDeps, allTdeps: withoutRepeats(allDeps, [...buildTdeps, ...tdeps]) }
}

/** Why a package is not there, with what is near. */
export function describeMissing({ store, packagesPath }: Omit<Context, "files">, wish: string): string {
  const ident = parseIdent(wish)
  const installed = store.list()
  const releases = installed.filter((pkg) => satisfies(pkg.ident, { origin: ident.origin, name: ident.name }))
  const base = `${wish} is not installed in ${packagesPath}`
  if (releases.length > 0) {
    return `${base}; of this package there is ${releases.map((pkg) => stringifyIdent(pkg.ident)).join(", ")}`
  }
  const names = [...new Set(installed.map((pkg) => `${pkg.ident.origin}/${pkg.ident.name}`))]
  const elsewhere = names.find((name) => name.endsWith(`/${ident.name}`))
  const near = elsewhere ?? nearest(`${ident.origin}/${ident.name}`, names)
  return near === undefined ? base : `${base}; the nearest name there is ${near}`
}

function findAll(context: Context, wanted: readonly WantedDependency[], problems: Problem[]): InstalledPackage[] {
  return wanted.flatMap(({ text, where, tried }) => {
    const found = context.store.find(parseIdent(text))
    if (found === undefined) {
      const message = describeMissing(context, text)
      problems.push({ where, message: tried === undefined ? message : `${message}; ${tried}` })
    }
    return found ?? []
  })
}

/** Direct dependencies, then theirs: each one after everything that needs it, so that the reverse can be installed. */
function closure(context: Context, direct: readonly InstalledPackage[], problems: Problem[]): InstalledPackage[] {
  const order = new Map(direct.map((pkg) => [pkg.innerPath, pkg]))
  for (const dependent of direct) {
    for (const ident of readMetadata(context, dependent).tdeps) {
      const found = context.store.find(ident)
      if (found === undefined) {
        const message = `${stringifyIdent(ident)}, which it needs, is not installed in ${context.packagesPath}`
        problems.push({ where: stringifyIdent(dependent.ident), message })
        continue
      }
      order.delete(found.innerPath)
      order.set(found.innerPath, found)
    }
  }
  return [...order.values()]
}

function withoutRepeats(direct: readonly InstalledPackage[], transitive: readonly InstalledPackage[]) {
  const seen = new Set(direct.map((pkg) => pkg.innerPath))
  const rest = new Map(transitive.filter((pkg) => !seen.has(pkg.innerPath)).map((pkg) => [pkg.innerPath, pkg]))
  return [...direct, ...rest.values()]
}

function missing(problems: readonly Problem[]): HabError {
  const what = problems.length === 1 ? "a dependency is missing" : `${problems.length} dependencies are missing`
  return new HabError("BUILD_DEPENDENCY_MISSING", `the plan cannot be built: ${what}`, {
    problems,
    hint: "build them from their own plans, install them (hab pkg install IDENT_OR_HART), or name a depot that has them: --url or HAB_BLDR_URL",
  })
}

/** A process can load one of two releases only, and which one would be chance. */
function requireOneReleaseEach(
  context: Context,
  deps: readonly InstalledPackage[],
  tdeps: readonly InstalledPackage[],
): void {
  const byName = new Map<string, InstalledPackage[]>()
  for (const pkg of tdeps) {
    const name = `${pkg.ident.origin}/${pkg.ident.name}`
    byName.set(name, [...(byName.get(name) ?? []), pkg])
  }
  const twice = [...byName].filter(([, releases]) => releases.length > 1)
  if (twice.length === 0) return
  const problems = twice.flatMap(([, releases]) =>
    releases.map((release) => ({
      where: stringifyIdent(release.ident),
      message: `needed by ${dependentsOf(context, deps, release).join(", ")}`,
    })),
  )
  const shown = problems.slice(0, RELEASES_SHOWN_MAX)
  const names = twice.map(([name]) => name).join(", ")
  throw new HabError("BUILD_DEPENDENCY_CONFLICT", `the runtime dependencies hold more than one release of ${names}`, {
    problems: shown,
    hint: "rebuild the older dependents, so that all of them use one release",
  })
}

/** The plan itself, or the direct dependencies through which a release came in. */
function dependentsOf(context: Context, deps: readonly InstalledPackage[], release: InstalledPackage): string[] {
  const wanted = stringifyIdent(release.ident)
  const through = deps.filter((pkg) =>
    readMetadata(context, pkg).tdeps.some((ident) => stringifyIdent(ident) === wanted),
  )
  const direct = deps.some((pkg) => pkg.innerPath === release.innerPath) ? ["the plan itself"] : []
  return [...direct, ...through.map((pkg) => stringifyIdent(pkg.ident))]
}
