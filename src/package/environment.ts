import type { FileSystem } from "../ports/file-system.ts"
import type { InstalledPackage, PackageStore } from "./store.ts"

/**
 * The variables a package asks for when something of it runs, sorted by name (spec package §3, last paragraph). The
 * caller adds them to `baseEnv` and joins PATH; here `baseEnv` only decides whether SSL_CERT_FILE is left out.
 */
export function packageEnvironment(
  context: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  store: PackageStore,
  pkg: InstalledPackage,
  baseEnv: Readonly<Record<string, string>>,
): Record<string, string> {
  throw new Error(`not written yet ${pkg.path} ${typeof context} ${typeof store} ${typeof baseEnv}`)
}
