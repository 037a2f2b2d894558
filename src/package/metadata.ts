import type { FileSystem } from "../ports/file-system.ts"
import type { FullIdent } from "./ident.ts"

/** A bind or export map: name to words, in the file's order. */
export type Bind = Readonly<{ name: string; exports: readonly string[] }>

/** What the metadata files of a package say. A missing file reads as undefined or empty (spec package §3). */
export type PackageMetadata = Readonly<{
  ident: FullIdent
  target: string
  packageType: "standard" | "native"
  deps: readonly FullIdent[]
  tdeps: readonly FullIdent[]
  buildDeps: readonly FullIdent[]
  buildTdeps: readonly FullIdent[]
  /** Own `bin` directories, as inner paths; entries outside the package are dropped. */
  path: readonly string[]
  /** PATH of the package and of everything it needs, as inner paths. Undefined when the file is missing. */
  runtimePath: readonly string[] | undefined
  /** Key to value, in the file's order. */
  runtimeEnvironment: Readonly<Record<string, string>>
  /** Public name to dotted path in default.toml. */
  exports: Readonly<Record<string, string>>
  exposes: readonly string[]
  binds: readonly Bind[]
  bindsOptional: readonly Bind[]
  interpreters: readonly string[]
  /** Both are set for services only. */
  svcUser: string | undefined
  svcGroup: string | undefined
  shutdownSignal: string | undefined
  shutdownTimeoutSec: number | undefined
  manifest: string | undefined
}>

/**
 * The metadata of an installed or freshly built package. Each field is read when it is asked for, so that a damaged
 * file hurts only those who need it: then METADATA_INVALID, or METADATA_MISSING for IDENT and TARGET.
 */
export function readMetadata(
  context: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  pkg: Readonly<{ path: string }>,
): PackageMetadata {
  throw new Error(`not written yet ${pkg.path} ${typeof context}`)
}
