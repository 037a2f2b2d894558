import type { FileSystem } from "../ports/file-system.ts"
import { readMetadata } from "./metadata.ts"
import type { InstalledPackage, PackageStore } from "./store.ts"

type Files = Pick<FileSystem, "readTextIfPresent">

/**
 * The variables a package asks for when something of it runs, sorted by name (spec package §3, last paragraph). PATH
 * holds inner paths of the package and what it needs, and is missing when there are none: the caller joins it with its
 * own. `baseEnv` only decides whether SSL_CERT_FILE is left out.
 */
export function packageEnvironment(
  { files }: Readonly<{ files: Files }>,
  store: Pick<PackageStore, "load">,
  pkg: Pick<InstalledPackage, "path">,
  baseEnv: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const metadata = readMetadata({ files }, pkg)
  const path = metadata.runtimePath ?? computeRuntimePath({ files }, store, pkg)
  const merged: Record<string, string> = { ...metadata.runtimeEnvironment }
  delete merged["PATH"]
  if (path.length > 0) merged["PATH"] = path.join(":")
  Object.assign(merged, metadata.runtimeEnvironmentPaths)
  if (baseEnv["SSL_CERT_FILE"]) delete merged["SSL_CERT_FILE"]
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Packages of before RUNTIME_PATH: own PATH, then those of DEPS and TDEPS in their order. */
function computeRuntimePath(
  context: Readonly<{ files: Files }>,
  store: Pick<PackageStore, "load">,
  pkg: Pick<InstalledPackage, "path">,
): string[] {
  const own = readMetadata(context, pkg)
  const needed = [...own.deps, ...own.tdeps].map((ident) => readMetadata(context, store.load(ident)).path)
  return [...new Set([...own.path, ...needed.flat()])]
}
