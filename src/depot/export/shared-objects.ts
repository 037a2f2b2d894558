import { HabError } from "../../base/errors.ts"
import type { ProcessRunner } from "../../ports/process-runner.ts"

/**
 * The shared objects programs need, the loader included, as absolute paths in byte order: what `ldd` says. Programs that
 * are linked statically, and scripts, need none. Throws EXPORT_IMPOSSIBLE when `ldd` is missing or finds one missing.
 */
export async function sharedObjectsOf(
  {
    processes,
    env,
  }: Readonly<{ processes: Pick<ProcessRunner, "run" | "find">; env: Readonly<Record<string, string>> }>,
  programs: readonly string[],
): Promise<readonly string[]> {
  const ldd = processes.find("ldd")
  if (ldd === undefined) {
    throw new HabError("EXPORT_IMPOSSIBLE", "the program ldd, which tells the libraries of programs, is not on PATH", {
      hint: "install it (Debian: libc-bin)",
    })
  }
  const lines: string[] = []
  const onLine = (stream: "stdout" | "stderr", line: string) => void (stream === "stdout" && lines.push(line))
  // Its exit code is 1 as soon as one program is static; what is missing shows in its lines.
  await processes.run({ argv: [ldd, ...programs], env: { PATH: env["PATH"] ?? "", LC_ALL: "C" }, onLine })
  return parseLdd(lines)
}

/** The paths in lines such as `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld-linux.so.2 (0x…)`. */
export function parseLdd(lines: readonly string[]): readonly string[] {
  const missing = lines.find((line) => line.includes("=> not found"))
  if (missing !== undefined) {
    throw new HabError("EXPORT_IMPOSSIBLE", `a library is missing on this machine: ${missing.trim()}`)
  }
  const paths = lines.flatMap((line) => /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [])
  return [...new Set(paths)].sort()
}
