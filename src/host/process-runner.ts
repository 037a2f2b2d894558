import fs from "node:fs"
import path from "node:path"
import type { ExitStatus } from "../base/exit-status.ts"
import type { ProcessRunner, ToolCommand, ToolResult } from "../ports/process-runner.ts"

const KILL_AFTER_MS = 5_000
const KEEP_BYTES = 64 * 1024

/** Tools run through execa, each leading a process group so that ending it ends what it started. */
export const systemProcesses: ProcessRunner = { run, find }

async function run(command: ToolCommand): Promise<ToolResult> {
  const [file, ...args] = command.argv
  // Loaded at the first use: the launcher and the supervisor never need it and stay small.
  const { execa } = await import("execa")
  const kept = { stdout: "", stderr: "" }
  const child = execa(file, args, {
    env: command.env,
    extendEnv: false,
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    ...(command.input === undefined ? { stdin: "ignore" as const } : { input: command.input }),
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
    stripFinalNewline: false,
  })
  const follow = async (stream: "stdout" | "stderr") => {
    for await (const line of child.iterable({ from: stream })) {
      kept[stream] = `${kept[stream]}${line}\n`.slice(-KEEP_BYTES)
      command.onLine?.(stream, String(line))
    }
  }
  const stop = () => endGroup(child.pid)
  command.signal?.addEventListener("abort", stop, { once: true })
  if (command.signal?.aborted) stop()
  const reading = [follow("stdout"), follow("stderr")].map((done) => done.catch(() => undefined))
  const result = await child
  await Promise.all(reading)
  command.signal?.removeEventListener("abort", stop)
  return { status: statusOf(result), stdout: kept.stdout, stderr: kept.stderr }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  signalGroup(pid, "SIGTERM")
  setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_AFTER_MS).unref()
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone, which is what we want.
  }
}

type Ended = Readonly<{
  exitCode?: number | undefined
  signal?: string | undefined
  cause?: unknown
  shortMessage?: string | undefined
}>

function statusOf(result: Ended): ExitStatus {
  if (result.signal !== undefined) return { tag: "signaled", signal: result.signal }
  if (result.exitCode !== undefined) return { tag: "exited", code: result.exitCode }
  const cause = result.cause instanceof Error ? result.cause.message : (result.shortMessage ?? "unknown")
  return { tag: "not-started", cause }
}

function find(name: string): string | undefined {
  for (const directory of (process.env["PATH"] ?? "").split(":")) {
    const candidate = path.join(directory === "" ? "." : directory, name)
    try {
      fs.accessSync(candidate, fs.constants.X_OK)
      if (fs.statSync(candidate).isFile()) return candidate
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return undefined
}
