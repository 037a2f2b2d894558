import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { type Beats, listenToBeats } from "../supervise/beats.ts"

/** Supervisors that run the same service each, and say through one FIFO what their service was told. */
export type Members = Readonly<{
  beats: Beats
  /** What was last said by a member: its words. */
  last(member: number): readonly string[]
  /** Starts one; `words` are further options of `hab sup run`. */
  start(member: number, ...words: readonly string[]): void
  /** Runs `hab` on a member's machine. */
  hab(member: number, words: readonly string[], input?: string): void
  /** Kills everything of a member at once, its service as well, as when its machine dies. */
  kill(member: number): void
  /** Stops one as an operator does. */
  stop(member: number): Promise<void>
  end(): Promise<void>
}>

const FILES = {
  IDENT: "bench/store/1.0.0/20260101000000\n",
  TARGET: "x86_64-linux\n",
  "default.toml": 'name = "none"\nversion = 0\n',
  EXPORTS: "version=version\n",
}

/** A service that tells its name, its configuration, whether it leads and with which fence. */
const TELL = "{{cfg.name}} $$ {{cfg.version}} {{svc.me.leader}} {{svc.leader_fence}}"

/** Room for so many members; none runs yet. */
export function createMembers(count: number): Members {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hab-bench-ring-"))
  fs.chmodSync(folder, 0o755)
  const said = new Map<string, readonly string[]>()
  const beats = listenToBeats(`${folder}/beats`, (words) => said.set(words[0] ?? "", words))
  for (let member = 0; member < count; member++) prepare(folder, member)
  const children = new Map<number, ChildProcess>()
  const root = (member: number) => `${folder}/m${member}`
  const env = (member: number) => ({ ...plainEnv(), FS_ROOT: root(member), HOME: root(member), NO_COLOR: "1" })
  const kill = (member: number) => {
    for (const pid of processesIn(root(member))) end(pid)
  }
  return {
    beats,
    last: (member) => said.get(`m${member}`) ?? [],
    start: (member, ...words) => {
      const args = [path.resolve("bin/hab"), "sup", "run", "bench/store", "--listen-http", "127.0.0.1:0", ...words]
      const log = fs.openSync(`${root(member)}/log`, "a")
      children.set(member, spawn(process.execPath, args, { env: env(member), stdio: ["ignore", log, log] }))
      fs.closeSync(log)
    },
    hab: (member, words, input = "") => {
      const args = [path.resolve("bin/hab"), ...words]
      const { status, stderr } = spawnSync(process.execPath, args, { env: env(member), input, encoding: "utf8" })
      if (status !== 0) throw new Error(`hab ${words.join(" ")} failed: ${stderr}`)
    },
    kill,
    stop: (member) => stop(children.get(member)),
    end: async () => {
      await Promise.all([...children.values()].map(stop))
      for (let member = 0; member < count; member++) kill(member)
      beats.close()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An installed package, without building one. */
function prepare(folder: string, member: number): void {
  const root = `${folder}/m${member}`
  const pkg = `${root}/hab/pkgs/bench/store/1.0.0/20260101000000`
  fs.mkdirSync(`${pkg}/hooks`, { recursive: true })
  fs.mkdirSync(`${root}/hab/user/store/config`, { recursive: true })
  const account = process.getuid?.() === 0 ? "root" : os.userInfo().username
  for (const [file, text] of Object.entries({ ...FILES, SVC_USER: account, SVC_GROUP: account })) {
    fs.writeFileSync(`${pkg}/${file}`, text)
  }
  const tell = `#!/bin/sh\necho ${TELL} >${folder}/beats\n`
  fs.writeFileSync(`${pkg}/hooks/run`, "#!/bin/sh\nexec sleep 1000000\n", { mode: 0o755 })
  fs.writeFileSync(`${pkg}/hooks/post-run`, tell, { mode: 0o755 })
  fs.writeFileSync(`${pkg}/hooks/reconfigure`, tell, { mode: 0o755 })
  fs.writeFileSync(`${root}/hab/user/store/config/user.toml`, `name = "m${member}"\n`)
}

function plainEnv(): Record<string, string> {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env
  return env as Record<string, string>
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once("exit", resolve))
  child.kill("SIGTERM")
  await ended
}

function processesIn(root: string): number[] {
  return fs
    .readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(`FS_ROOT=${root}\0`))
}

function environmentOf(pid: number): string {
  try {
    return `${fs.readFileSync(`/proc/${pid}/environ`, "latin1")}\0`
  } catch {
    return ""
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended by itself.
  }
}
