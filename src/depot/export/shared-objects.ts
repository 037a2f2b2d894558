import { HabError } from "../../base/errors.ts"
import type { InstalledPackage } from "../../package/store.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { ProcessRunner } from "../../ports/process-runner.ts"

type Context = Readonly<{ processes: Pick<ProcessRunner, "run" | "find">; env: Readonly<Record<string, string>> }>
type Argv = readonly [string, ...string[]]

/** What `ldd` says of programs: absolute paths in byte order, the loader included, and the names of what is missing. */
export type SharedObjects = Readonly<{ paths: readonly string[]; missing: readonly string[] }>

const PROGRAMS_AT_ONCE = 200
const EXECUTABLE = 0o111
const ELF_MAGIC = "\u007fELF"

/**
 * The shared objects programs need. Those that are linked statically, and scripts, need none. `wrap` lets ldd see the
 * programs where they expect to be. Throws EXPORT_IMPOSSIBLE when there is no ldd.
 */
export async function sharedObjectsOf(
  { processes, env }: Context,
  programs: readonly string[],
  wrap: (argv: Argv) => Argv = (argv) => argv,
): Promise<SharedObjects> {
  const ldd = processes.find("ldd")
  if (ldd === undefined) {
    throw new HabError("EXPORT_IMPOSSIBLE", "the program ldd, which tells the libraries of programs, is not on PATH", {
      hint: "install it (Debian: libc-bin)",
    })
  }
  const lines: string[] = []
  const onLine = (stream: "stdout" | "stderr", line: string) => void (stream === "stdout" && lines.push(line))
  for (let at = 0; at < programs.length; at += PROGRAMS_AT_ONCE) {
    const argv = wrap([ldd, ...programs.slice(at, at + PROGRAMS_AT_ONCE)])
    // Its exit code is 1 as soon as one program is static; what is missing shows in its lines.
    await processes.run({ argv, env: { PATH: env["PATH"] ?? "", LC_ALL: "C" }, onLine })
  }
  return parseLdd(lines)
}

/** The paths in lines such as `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld-linux.so.2 (0x…)`. */
export function parseLdd(lines: readonly string[]): SharedObjects {
  const paths = lines.flatMap((line) => /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [])
  const missing = lines.flatMap((line) => /^\s+(\S+) => not found$/.exec(line)?.[1] ?? [])
  return { paths: [...new Set(paths)].sort(), missing: [...new Set(missing)].sort() }
}

/** Inner paths of the package's executable ELF files. */
export function* binariesOf(
  files: Pick<FileSystem, "lstat" | "readChunks" | "readDirectory">,
  { path, innerPath }: Pick<InstalledPackage, "path" | "innerPath">,
): Iterable<string> {
  for (const { name, kind } of files.readDirectory(path)) {
    const inside = { path: `${path}/${name}`, innerPath: `${innerPath}/${name}` }
    if (kind === "directory") yield* binariesOf(files, inside)
    else if (kind === "file" && isBinary(files, inside.path)) yield inside.innerPath
  }
}

function isBinary(files: Pick<FileSystem, "lstat" | "readChunks">, file: string): boolean {
  if (((files.lstat(file)?.mode ?? 0) & EXECUTABLE) === 0) return false
  for (const chunk of files.readChunks(file)) return String.fromCharCode(...chunk.subarray(0, 4)) === ELF_MAGIC
  return false
}
