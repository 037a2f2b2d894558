import { spawnSync } from "node:child_process"
import fs from "node:fs"
import { HabError } from "../base/errors.ts"
import type { LockResult, Locks } from "../ports/lock.ts"

const HELD_STATUS = 75
/** Who only asks lets go at once; under a heavy load at once takes a while. */
const ASKED_LIMIT_SEC = 5

/**
 * flock(1) on a descriptor it inherits from us: the lock belongs to the open file, which stays ours after flock has
 * ended, and the kernel frees it when we are gone. Node opens files close-on-exec, so nothing we start keeps it.
 */
export function systemLocks(program = "flock"): Locks {
  return { acquire: (path, { content }) => acquire(program, path, content), holder: (path) => holder(program, path) }
}

async function holder(program: string, path: string): Promise<string | undefined> {
  if (!fs.existsSync(path)) return undefined
  const descriptor = fs.openSync(path, fs.constants.O_RDONLY)
  const outcome = lock(program, descriptor, ["--shared", "--nonblock"])
  fs.closeSync(descriptor)
  if (outcome === "locked") return undefined
  if (outcome === "held") return readHolder(path)
  throw failed(path, outcome.why)
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
  const outcome = lockAgainstHolders(program, descriptor)
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

/** `holder` shares the lock for a moment: what is shared is not held, and is waited for. */
function lockAgainstHolders(program: string, descriptor: number): Outcome {
  const outcome = lock(program, descriptor, ["--exclusive", "--nonblock"])
  if (outcome !== "held" || lock(program, descriptor, ["--shared", "--nonblock"]) !== "locked") return outcome
  return lock(program, descriptor, ["--exclusive", "--timeout", String(ASKED_LIMIT_SEC)])
}

function lock(program: string, descriptor: number, how: readonly string[]): Outcome {
  const args = [...how, "--conflict-exit-code", String(HELD_STATUS), "3"]
  const { status, error, stderr } = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe", descriptor] })
  if (status === 0) return "locked"
  if (status === HELD_STATUS) return "held"
  return { why: error?.message ?? stderr.toString().trim() }
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (!done) run()
    done = true
  }
}
