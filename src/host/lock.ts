import { spawn } from "node:child_process"
import fs from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { HabError, isSystemError } from "../base/errors.ts"
import type { Holder, LockResult, Locks } from "../ports/lock.ts"
import { systemClock } from "./clock.ts"

const HELD_STATUS = 75
/**
 * A lock is held for a moment by who only asks, by a child of a dead holder that has yet to become another program, and by
 * who has yet to write who it is. Under a heavy load a moment takes a while.
 */
const NAMELESS_LIMIT_MS = 5_000
const RETRY_MS = 10

/**
 * flock(1) on a descriptor it inherits from us: the lock belongs to the open file, which stays ours after flock has
 * ended, and the kernel frees it when we are gone. Node opens files close-on-exec, so nothing we start keeps it.
 */
export function systemLocks(program = "flock"): Locks {
  return { acquire: (path, { content }) => acquire(program, path, content), holder: (path) => holder(program, path) }
}

async function holder(program: string, path: string): Promise<Holder | undefined> {
  if (!fs.existsSync(path)) return undefined
  const limitMs = systemClock.monotonicMs() + NAMELESS_LIMIT_MS
  for (;;) {
    const pid = namedHolder(path)
    if (pid !== undefined && pid !== process.pid) return { pid }
    if (!(await isHeld(program, path))) return undefined
    if (systemClock.monotonicMs() > limitMs) return { pid: undefined }
    await pause(RETRY_MS)
  }
}

/**
 * What is written in a lock is believed of a process that has it open: it may be left from a holder that was killed, its
 * pid given to somebody else, or be about to be written.
 */
function namedHolder(path: string): number | undefined {
  const pid = Number(/\d+/.exec(readHolder(path))?.[0] ?? 0)
  return pid > 0 && hasOpen(pid, path) ? pid : undefined
}

async function isHeld(program: string, path: string): Promise<boolean> {
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY)
  const outcome = await lock(program, descriptor, ["--shared", "--nonblock"])
  fs.closeSync(descriptor)
  if (typeof outcome === "object") throw failed(path, outcome.why)
  return outcome === "held"
}

/** True as well of another user's process, whose files we may not see: we may not do anything to it either. */
function hasOpen(pid: number, path: string): boolean {
  const { dev, ino } = fs.statSync(path)
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).some((descriptor) => {
      const opened = fs.statSync(`/proc/${pid}/fd/${descriptor}`, { throwIfNoEntry: false })
      return opened?.dev === dev && opened.ino === ino
    })
  } catch (error) {
    return isSystemError(error, "EACCES", "EPERM")
  }
}

function readHolder(path: string): string {
  return fs.readFileSync(path, "utf8").trim()
}

function failed(path: string, why: string): HabError {
  return new HabError("LOCK_FAILED", `cannot lock ${path}: ${why}`, {
    hint: "hab needs the program flock (Debian: util-linux) and a file system that can lock",
  })
}

async function acquire(program: string, path: string, content: string): Promise<LockResult> {
  const descriptor = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644)
  const outcome = await lockPatiently(program, descriptor, path)
  if (outcome === "locked") {
    fs.ftruncateSync(descriptor)
    fs.writeSync(descriptor, content, 0)
    return { tag: "acquired", release: once(() => fs.closeSync(descriptor)) }
  }
  fs.closeSync(descriptor)
  if (outcome === "held") return { tag: "held", by: readHolder(path) }
  throw failed(path, outcome.why)
}

type Outcome = "locked" | "held" | Readonly<{ why: string }>

/** Who is seen to hold it is not waited for. */
async function lockPatiently(program: string, descriptor: number, path: string): Promise<Outcome> {
  const limitMs = systemClock.monotonicMs() + NAMELESS_LIMIT_MS
  for (;;) {
    const outcome = await lock(program, descriptor, ["--exclusive", "--nonblock"])
    if (outcome !== "held" || namedHolder(path) !== undefined || systemClock.monotonicMs() > limitMs) return outcome
    await pause(RETRY_MS)
  }
}

function lock(program: string, descriptor: number, how: readonly string[]): Promise<Outcome> {
  const args = [...how, "--conflict-exit-code", String(HELD_STATUS), "3"]
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", descriptor] })
  let complaint = ""
  child.stderr?.on("data", (text) => {
    complaint += text
  })
  return new Promise((resolve) => {
    child.on("error", ({ message }) => resolve({ why: message }))
    child.on("close", (status) => {
      if (status === 0) resolve("locked")
      else resolve(status === HELD_STATUS ? "held" : { why: complaint.trim() })
    })
  })
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (!done) run()
    done = true
  }
}
