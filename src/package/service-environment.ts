import { operatorEnvironment } from "../base/operator-environment.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { packageEnvironment } from "./environment.ts"
import { parseIdent } from "./ident.ts"
import { readMetadata } from "./metadata.ts"
import type { InstalledPackage, PackageStore } from "./store.ts"

const INTERPRETER = "core/busybox-static"

export type HookEnvironmentContext = Readonly<{
  files: Pick<FileSystem, "readTextIfPresent">
  store: PackageStore
  /** The environment hab was started with. */
  env: Readonly<Record<string, string>>
  /**
   * The folder with our `chpst`, as hooks see it. It comes after what the package brings and before the operator's PATH:
   * runit's own `chpst` can do nothing without root or without the account `hab` (decisions 3, B).
   */
  toolsDirectory?: string
}>

/**
 * The environment of a package's hooks and of its service (spec supervisor §2.7, decisions 12, 21, G): the operator's,
 * then the package's.
 */
export function hookEnvironment(context: HookEnvironmentContext, pkg: InstalledPackage): Record<string, string> {
  return { ...operatorEnvironment(context.env), ...packageVariables(context, pkg) }
}

/**
 * What the package sets over the operator's environment; templates see it as `pkg.env`. PATH is the package's, the
 * interpreter package's if it is installed, ours, and the operator's.
 */
export function packageVariables(context: HookEnvironmentContext, pkg: InstalledPackage): Record<string, string> {
  const inherited = operatorEnvironment(context.env)
  const wanted = packageEnvironment(context, context.store, pkg, inherited)
  const path = [
    wanted["PATH"] ?? "",
    ...(readMetadata(context, pkg).packageType === "native" ? [] : interpreterPath(context)),
    context.toolsDirectory ?? "",
    inherited["PATH"] ?? "",
  ].filter((entries) => entries !== "")
  return { ...wanted, PATH: path.join(":") }
}

/** Where the programs of the interpreter package are, if it is installed: never fetched, never an error (decisions 12). */
export function interpreterPath({ files, store, env }: HookEnvironmentContext): readonly string[] {
  const interpreter = store.find(parseIdent(env["HAB_INTERPRETER_IDENT"] ?? INTERPRETER))
  return interpreter === undefined ? [] : readMetadata({ files }, interpreter).path
}
