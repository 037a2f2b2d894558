import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { readHartHeader } from "./hart-header.ts"
import { type PackageIdent, parseIdent } from "./ident.ts"

/** What to install: an artifact's file, or a package by its identifier. */
export type InstallSource = Readonly<{ tag: "archive"; path: string } | { tag: "ident"; ident: PackageIdent }>

/**
 * What one argument of `hab pkg install` means (spec package §5.1): an existing file is an artifact, whatever its name.
 * Throws ARTIFACT_NOT_FOUND, IDENT_INVALID and what `readHartHeader` throws, all as errors of usage (exit 2).
 */
export function parseInstallSource(
  { files, cwd }: Readonly<{ files: Pick<FileSystem, "stat" | "readChunks">; cwd: string }>,
  text: string,
): InstallSource {
  const file = path.resolve(cwd, text)
  if (files.stat(file)?.kind === "file") {
    asUsageError(() => readHartHeader({ files }, file))
    return { tag: "archive", path: file }
  }
  if (!text.endsWith(".hart")) return { tag: "ident", ident: parseIdent(text) }
  throw new HabError("ARTIFACT_NOT_FOUND", `there is no file ${file}`, {
    hint: "give the path of a .hart file, or an identifier such as acme/redis",
  })
}

/** Runs `read`; what it refuses was an argument of the command line. */
function asUsageError<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw toUsageError(error)
  }
}

/** The same error with the exit code of wrong usage; anything but a HabError as it is. */
export function toUsageError(error: unknown): unknown {
  if (!(error instanceof HabError)) return error
  const { code, message, hint, problems, cause } = error
  return new HabError(code, message, { problems, cause, exitCode: 2, ...(hint === undefined ? {} : { hint }) })
}
