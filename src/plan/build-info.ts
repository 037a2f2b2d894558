import { hashFile } from "../crypto/hash.ts"
import { stringifyIdent } from "../package/ident.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ResolvedDependencies } from "./dependencies.ts"

/** Variables of a build's environment that say how the package came to be. No secrets, nothing about who builds. */
export const RECORDED_VARIABLES = [
  "CFLAGS",
  "CPPFLAGS",
  "CXXFLAGS",
  "DO_CHECK",
  "HAB_CONFIG_EXCLUDE",
  "HAB_NATIVE_PACKAGE",
  "LC_ALL",
  "LDFLAGS",
  "LD_RUN_PATH",
  "PKG_CONFIG_PATH",
  "SOURCE_DATE_EPOCH",
  "STUDIO_TYPE",
  "TZ",
] as const

/** A package something was built with: the BLAKE2b-256 of its FILES, which lists the hash of each of its files. */
export type HashedDependency = Readonly<{ ident: string; needed: "build" | "run"; blake2b: string | null }>

export type BuildInfoInput = Readonly<{
  ident: string
  target: string
  tool: string
  isolation: "sandbox" | "host"
  plan: Readonly<{ file: string; blake2b: string }>
  source: Readonly<{ url: string; sha256: string }> | null
  dependencies: readonly HashedDependency[]
  environment: Readonly<Record<string, string>>
}>

/**
 * BUILDINFO: what a package was made of and how, as JSON with its keys in a fixed order. The same build gives the same
 * bytes, whoever runs it where.
 */
export function buildInfoText(input: BuildInfoInput): string {
  const environment = Object.entries(input.environment)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const record = {
    format: 1,
    ident: input.ident,
    target: input.target,
    tool: input.tool,
    isolation: input.isolation,
    plan: input.plan,
    source: input.source,
    dependencies: input.dependencies,
    environment: Object.fromEntries(environment),
  }
  return `${JSON.stringify(record, null, 2)}\n`
}

/** Everything a build used: what the runtime needs first, then the rest, each in the order of resolution. */
export async function hashDependencies(
  { files }: Readonly<{ files: FileSystem }>,
  dependencies: ResolvedDependencies,
): Promise<HashedDependency[]> {
  const running = new Set(dependencies.tdeps.map((pkg) => pkg.innerPath))
  const building = dependencies.allTdeps.filter((pkg) => !running.has(pkg.innerPath))
  const hashed = async (pkg: InstalledPackage, needed: HashedDependency["needed"]): Promise<HashedDependency> => {
    const list = `${pkg.path}/FILES`
    const blake2b = files.stat(list)?.kind === "file" ? await hashFile({ files }, list) : null
    return { ident: stringifyIdent(pkg.ident), needed, blake2b }
  }
  return await Promise.all([
    ...dependencies.tdeps.map((pkg) => hashed(pkg, "run")),
    ...building.map((pkg) => hashed(pkg, "build")),
  ])
}
