import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach } from "vitest"
import type { ServiceStatus } from "../../src/supervisor/gateway/status.ts"
import { until } from "./until.ts"
import { closeHearing, hear, statements } from "./witnesses.ts"

export const project = fileURLToPath(new URL("../..", import.meta.url))
const program = path.join(project, "bin/hab")

export type Outcome = Readonly<{ stdout: string; stderr: string; code: number }>

/** The built `hab` over a temporary root of its own, as a user would call it. */
export type Hab = Readonly<{
  root: string
  env: Readonly<Record<string, string>>
  /** Runs one command to its end. */
  run(...words: string[]): Outcome
  /** Runs one command with a text on its standard input. */
  given(input: string, ...words: string[]): Outcome
  /** Runs one command that must succeed; returns its standard output without the last line feed. */
  does(...words: string[]): string
  /** `hab sup run` in the background. */
  supervise(...words: string[]): SupervisorRun
  /** A file below the root. */
  path(name: string): string
  read(name: string): string
  readIfPresent(name: string): string | undefined
  /** Names in a directory; none when there is no such directory. */
  list(name: string): string[]
  write(name: string, text: string): void
  status(name: string): ServiceStatus | undefined
}>

export type SupervisorRun = Readonly<{
  child: ChildProcess
  /** Everything it printed so far, both streams; the last megabytes of it. */
  output(): string
  /** Waits for a line that matches. */
  sees(pattern: RegExp | string): Promise<string>
  /** Waits for its end; the exit code, or the signal's name. */
  ended(): Promise<number | string>
  stop(): Promise<number | string>
}>

/** Of what services print without end, the beginning is forgotten. */
const OUTPUT_LENGTH_MAX = 8 * 1024 * 1024

const roots: string[] = []
const running = new Set<ChildProcess>()

afterEach(({ task }) => closeHearing(task.result?.errors ?? []))

afterAll(async () => {
  for (const child of running) child.kill("SIGKILL")
  for (const root of roots.splice(0)) {
    for (const pid of processesOf(root)) kill(pid)
    await until("the root's processes are gone", () => processesOf(root).length === 0)
    rmSync(root, { recursive: true, force: true })
  }
})

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended by itself.
  }
}

/** Processes that carry this root in their environment, zombies left out. */
export function processesOf(root: string): number[] {
  const { stdout } = spawnSync("bash", ["-c", `grep -lzxs "FS_ROOT=$1" /proc/[0-9]*/environ || true`, "bash", root], {
    encoding: "utf8",
  })
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((file) => Number(file.split("/")[2]))
    .filter((pid) => {
      const stat = existsSync(`/proc/${pid}/stat`) ? readProc(`/proc/${pid}/stat`) : ""
      return pid !== process.pid && stat !== "" && !/\) Z /.test(stat)
    })
}

function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** A root in a new temporary folder, with an environment pinned to what tests rely on, run by this or another Node. */
export function createHab(extraEnv: Readonly<Record<string, string>> = {}, node = process.execPath): Hab {
  const root = mkdtempSync(path.join(os.tmpdir(), "hab-e2e-"))
  roots.push(root)
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: root,
    FS_ROOT: root,
    NO_COLOR: "1", // texts are compared
    TZ: "UTC", // releases are UTC stamps; a local zone would hide a bug
    LANG: "C.UTF-8",
    HAB_LISTEN_HTTP: "127.0.0.1:0", // supervisors of several tests run at once
    ...extraEnv,
  }
  const given = (input: string, ...words: string[]): Outcome => {
    const result = spawnSync(node, [program, ...words], {
      env,
      cwd: root,
      encoding: "utf8",
      input,
      timeout: 110_000,
    })
    const outcome = { stdout: result.stdout, stderr: result.stderr, code: result.status ?? -1 }
    if (outcome.code !== 0) hearOfFailure(words, outcome)
    return outcome
  }
  const run = (...words: string[]) => given("", ...words)
  const does = (...words: string[]): string => {
    const { stdout, stderr, code } = run(...words)
    if (code !== 0) throw new Error(`hab ${words.join(" ")} ended with ${code}\n${stderr}${stdout}${statements()}`)
    return stdout.replace(/\n$/, "")
  }
  return {
    root,
    env,
    run,
    given,
    does,
    supervise: (...words) => supervise(node, words, env, root),
    path: (name) => path.join(root, name),
    read: (name) => readFileSync(path.join(root, name), "utf8"),
    readIfPresent: (name) =>
      existsSync(path.join(root, name)) ? readFileSync(path.join(root, name), "utf8") : undefined,
    list: (name) => (existsSync(path.join(root, name)) ? readdirSync(path.join(root, name)).sort() : []),
    write: (name, text) => {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
      writeFileSync(path.join(root, name), text)
    },
    status: (name) => {
      const { stdout, code } = run("svc", "status", "--json")
      return code === 0 ? (JSON.parse(stdout) as ServiceStatus[]).find((service) => service.name === name) : undefined
    },
  }
}

function supervise(node: string, words: string[], env: Record<string, string>, root: string): SupervisorRun {
  const child = spawn(node, [program, "sup", "run", ...words], {
    env,
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  })
  running.add(child)
  let text = ""
  const take = (chunk: Buffer) => {
    text += chunk
    if (text.length > OUTPUT_LENGTH_MAX) text = text.slice(-OUTPUT_LENGTH_MAX / 2)
  }
  child.stdout?.on("data", take)
  child.stderr?.on("data", take)
  let ending = "runs"
  const end = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child)
      ending = `ended with ${code ?? signal}`
      resolve(code ?? signal ?? -1)
    })
  })
  const heading = `hab ${["sup", "run", ...words].join(" ")} on ${root}, process ${child.pid}`
  hear({ tell: () => [`${heading}, ${ending}; it printed last:`, text], isPresent: () => running.has(child) })
  return {
    child,
    output: () => text,
    sees: (pattern) =>
      until(`the supervisor prints ${pattern}`, () => text.split("\n").find((line) => new RegExp(pattern).test(line))),
    ended: () => end,
    stop: () => {
      child.kill("SIGTERM")
      return end
    },
  }
}

function hearOfFailure(words: readonly string[], { code, stdout, stderr }: Outcome): void {
  const text = `${stderr}${stdout}`
  hear({ tell: () => [`hab ${words.join(" ")} ended with ${code}:`, text], isPresent: () => false })
}
