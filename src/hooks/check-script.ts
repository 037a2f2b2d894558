import { hostPath, type Layout } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"

const ELF_MAGIC = "\u007fELF"

/**
 * Why a script cannot be executed and what to do about it, or undefined when it can. Asked before each run: the tools
 * between us and the script (setpriv, nsenter, sh) would run a file without a shebang with some shell, and report every
 * other mistake in their own words. `script` and `cwd` are paths as the hook's process sees them.
 */
export function checkScript(
  { files, layout }: Readonly<{ files: Pick<FileSystem, "stat" | "readText">; layout: Layout }>,
  { script, cwd }: Readonly<{ script: string; cwd?: string }>,
): string | undefined {
  const stat = files.stat(hostPath(layout, script))
  if (stat === undefined) return "there is no such file; it is written when the package's hooks are rendered"
  if (stat.kind !== "file") return "it is not a file"
  if ((stat.mode & 0o111) === 0) return "it is not executable; run chmod 0750 on it"
  if (cwd !== undefined && files.stat(hostPath(layout, cwd))?.kind !== "directory") {
    return `its working directory ${cwd} does not exist`
  }
  const [firstLine = ""] = files.readText(hostPath(layout, script)).split("\n", 1)
  return firstLine.startsWith(ELF_MAGIC) ? undefined : checkShebang({ files, layout }, firstLine)
}

function checkShebang(
  { files, layout }: Readonly<{ files: Pick<FileSystem, "stat">; layout: Layout }>,
  firstLine: string,
): string | undefined {
  const interpreter = /^#![ \t]*([^ \t]+)/.exec(firstLine)?.[1]
  if (interpreter === undefined) {
    return "it has no shebang; its first line must name an interpreter, for example #!/bin/sh"
  }
  if (interpreter.endsWith("\r")) return "its lines end with CR LF; save it with LF line ends"
  if (files.stat(hostPath(layout, interpreter)) !== undefined) return undefined
  return `its interpreter ${interpreter} does not exist; install it or correct the first line`
}
