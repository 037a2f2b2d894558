import { HabError } from "../base/errors.ts"
import { stringifyIdent } from "../package/ident.ts"
import { readMetadata } from "../package/metadata.ts"
import type { InstalledPackage, PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { discoverHooks } from "./discover.ts"

const STATUS_FILE = "INSTALL_HOOK_STATUS"

/** Where a release is with its install hook. Only the exit code of the last run is on disk; the rest is derived. */
export type InstallHookState =
  /** It has none. */
  | "absent"
  /** It never ran to an exit code. */
  | "pending"
  | "failed"
  | "succeeded"

type StatusFiles = Pick<FileSystem, "readDirectory" | "stat" | "readTextIfPresent">

/** Reads the state (spec package §5.6, decisions 10). Throws STATUS_FILE_CORRUPT. */
export function installHookState(
  { files }: Readonly<{ files: StatusFiles }>,
  pkg: Pick<InstalledPackage, "path" | "ident">,
): InstallHookState {
  if (!discoverHooks({ files }, pkg.path).some((hook) => hook.file === "install")) return "absent"
  const path = `${pkg.path}/${STATUS_FILE}`
  const text = files.readTextIfPresent(path)
  if (text === undefined) return "pending"
  const [line = ""] = text.split("\n", 1)
  if (!/^-?\d+$/.test(line.trim())) {
    throw new HabError("STATUS_FILE_CORRUPT", `${path} of ${stringifyIdent(pkg.ident)} does not hold an exit code`, {
      hint: "remove the file; the install hook then runs again",
    })
  }
  return Number(line) === 0 ? "succeeded" : "failed"
}

/**
 * The packages whose install hook must still succeed before this one starts, in the order to run them: the last of TDEPS
 * first, the package itself at the end. Dependencies that are not installed owe nothing.
 */
export function owedInstallHooks(
  context: Readonly<{ files: StatusFiles; store: Pick<PackageStore, "find"> }>,
  pkg: InstalledPackage,
): readonly InstalledPackage[] {
  const needed = readMetadata(context, pkg)
    .tdeps.toReversed()
    .flatMap((ident) => context.store.find(ident) ?? [])
  return [...needed, pkg].filter((one) => ["pending", "failed"].includes(installHookState(context, one)))
}

/** Remembers the exit code of an install hook: decimal, no newline. */
export function writeInstallStatus(
  { files }: Readonly<{ files: Pick<FileSystem, "writeAtomically"> }>,
  pkg: Pick<InstalledPackage, "path">,
  code: number,
): void {
  files.writeAtomically(`${pkg.path}/${STATUS_FILE}`, String(code))
}
