import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdirSync, symlinkSync } from "node:fs"
import path from "node:path"
import { afterAll } from "vitest"
import { blocksOfPage } from "./doc-page.ts"
import { type Hab, type Outcome, project } from "./hab.ts"
import { until } from "./until.ts"
import { hear } from "./witnesses.ts"

export type RunningProgram = Readonly<{
  output(): string
  sees(text: string): Promise<unknown>
  signal(name: NodeJS.Signals): void
  /** Its exit code, or the signal's name. */
  ended: Promise<number | string>
}>

const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
})

/** Writes the files of a page of the documentation into a root. */
export function writeFilesOfPage(hab: Hab, page: string): void {
  for (const { file, text } of blocksOfPage(page)) if (file !== undefined) hab.write(file, text)
}

/** Lets programs of a root import "hab", as `npm link` does. */
export function linkHab(hab: Hab): void {
  mkdirSync(hab.path("node_modules"), { recursive: true })
  symlinkSync(project.replace(/\/$/, ""), hab.path("node_modules/hab"))
}

/** Runs one command of hab with some variables more. */
export function runHabWith(hab: Hab, env: Readonly<Record<string, string>>, ...words: string[]): Outcome {
  const { stdout, stderr, status } = spawnSync(process.execPath, [path.join(project, "bin/hab"), ...words], {
    cwd: hab.root,
    env: { ...hab.env, ...env },
    encoding: "utf8",
    timeout: 60_000,
  })
  return { stdout, stderr, code: status ?? -1 }
}

/** Runs a program of a root with node. */
export function startProgram(hab: Hab, name: string, env: Readonly<Record<string, string>> = {}): RunningProgram {
  const child = spawn(process.execPath, [name], {
    cwd: hab.root,
    env: { ...hab.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  running.add(child)
  let text = ""
  child.stdout.on("data", (chunk) => (text += chunk))
  child.stderr.on("data", (chunk) => (text += chunk))
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      running.delete(child)
      resolve(code ?? signal ?? -1)
    })
  })
  hear({ tell: () => [`the program ${name} on ${hab.root} printed last:`, text], isPresent: () => running.has(child) })
  return {
    output: () => text,
    sees: (wanted) => until(`${name} prints ${wanted}`, () => text.includes(wanted)),
    signal: (signal) => void child.kill(signal),
    ended,
  }
}
