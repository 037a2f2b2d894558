import type { ExitStatus } from "../base/exit-status.ts"

export type ToolCommand = Readonly<{
  argv: readonly [string, ...string[]]
  /** Exactly these variables; nothing is inherited. */
  env: Readonly<Record<string, string>>
  /** Directory to start in. Default: the caller's. */
  cwd?: string
  /** Text for standard input; without it stdin is /dev/null. */
  input?: string
  /** Called for every complete line as it is printed (line feed removed). */
  onLine?: (stream: "stdout" | "stderr", line: string) => void
  /** Ends the tool's whole process group: SIGTERM, and SIGKILL 5 s later. */
  signal?: AbortSignal
}>

/** What a finished tool left. `stdout` and `stderr` keep the last 64 KiB only. */
export type ToolResult = Readonly<{ status: ExitStatus; stdout: string; stderr: string }>

/**
 * Runs tools to their end (bash for a build, setpriv, mkfifo …), each in a process group of its own.
 * Never rejects because of what the tool did: a failure to start is a status too.
 */
export interface ProcessRunner {
  run(command: ToolCommand): Promise<ToolResult>
  /** First executable of that name on the caller's PATH. */
  find(name: string): string | undefined
}
