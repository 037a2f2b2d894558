import { type ChildProcess, spawn } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { type Beats, listenToBeats } from "./beats.ts"
import type { Contestant, Service } from "./contestants.ts"

const TOKEN = "HAB_BENCH_SESSION"
const START_LIMIT_MS = 180_000

/** A contestant at work on its services. */
export type Session = Readonly<{
  folder: string
  beats: Beats
  /** From its start to the first beat of every service. */
  upMs: number
  env: Readonly<Record<string, string>>
  /** Its own processes: not those of the services. */
  own(): readonly number[]
  /** Kills every process of the session. */
  close(): Promise<void>
}>

/** A script that beats when it starts and then does nothing, in no process but its own. */
export function beatingScript(name: string, fifo: string, then = "exec sleep 1000000"): string {
  return `#!/bin/sh\necho ${name} $$ >${fifo}\n${then}\n`
}

export type SessionRequest = Readonly<{
  contestant: Contestant
  count: number
  service?: (name: string, fifo: string) => Service
}>

/** Starts the contestant over `count` services, waits until all are up, lets `use` measure, and ends it all. */
export async function withSession<T>(request: SessionRequest, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(request)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** Starts the contestant over `count` services and waits until all are up. Whoever asks closes it. */
export async function openSession({ contestant, count, service = plainService }: SessionRequest): Promise<Session> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `hab-bench-${contestant.name}-`))
  // Services may run as somebody else.
  fs.chmodSync(folder, 0o755)
  const beats = listenToBeats(`${folder}/beats`)
  const services = Array.from({ length: count }, (_, index) => service(`s${index}`, beats.file))
  contestant.prepare(folder, services)
  const env = environment(contestant, folder)
  const close = async () => {
    await end(folder)
    beats.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
  const startedMs = performance.now()
  const child = start(contestant, folder, env)
  const what = `${contestant.name}: ${count} services up`
  try {
    const up = beats.waitFor(what, () => countNames(beats) >= count, START_LIMIT_MS)
    await Promise.race([up, failureOf(child, folder)])
  } catch (error) {
    await close()
    throw error
  }
  const own = () => processesOf(folder).filter((pid) => contestant.own.test(commandLine(pid)))
  return { folder, beats, upMs: performance.now() - startedMs, env, own, close }
}

function plainService(name: string, fifo: string): Service {
  return { name, script: beatingScript(name, fifo) }
}

function environment(contestant: Contestant, folder: string): Record<string, string> {
  const { NODE_EXTRA_CA_CERTS: _, FS_ROOT: __, ...inherited } = process.env
  const base = { ...(inherited as Record<string, string>), HOME: folder, NO_COLOR: "1", [TOKEN]: folder }
  return { ...base, ...contestant.env?.(folder) }
}

function start(contestant: Contestant, folder: string, env: Record<string, string>): ChildProcess {
  const [file, ...args] = contestant.argv(folder)
  const log = fs.openSync(`${folder}/log`, "w")
  const child = spawn(file, args, { env, stdio: ["ignore", log, log], detached: true })
  fs.closeSync(log)
  return child
}

/** Rejects when the contestant ends with a failure instead of starting; one that goes to the background ends well. */
function failureOf(child: ChildProcess, folder: string): Promise<never> {
  return new Promise((_, reject) => {
    child.once("exit", (code) => {
      if (code !== 0) reject(new Error(`${child.spawnfile} ended with ${code}:\n${read(`${folder}/log`)}`))
    })
  })
}

function countNames({ seen }: Beats): number {
  return new Set(seen.map((beat) => beat.name)).size
}

/** Kills everybody of the session; whoever appears meanwhile, too. */
async function end(folder: string): Promise<void> {
  for (let left = processesOf(folder); left.length > 0; left = processesOf(folder)) {
    for (const pid of left) kill(pid)
    await pause(20)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended by itself.
  }
}

function processesOf(folder: string): number[] {
  const mark = `${TOKEN}=${folder}\0`
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && `${read(`/proc/${pid}/environ`)}\0`.includes(mark))
}

function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`)
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, "latin1")
  } catch {
    return ""
  }
}
