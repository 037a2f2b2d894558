import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { until } from "./until.ts"

const SYSTEMD = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].find((file) => existsSync(file))

/** A systemd of our own: a user manager in a mount namespace with a /run of its own, so that nothing of the host is met. */
export type UserManager = Readonly<{
  /** Runs a command beside it; its output and exit code. */
  run(...words: string[]): Readonly<{ stdout: string; code: number | null }>
  systemctl(...words: string[]): Readonly<{ stdout: string; code: number | null }>
  stop(): void
}>

/** Starts it over a folder with `systemd/user/*.service`; undefined where that is not possible. */
export async function startUserManager(
  home: string,
  units: Readonly<Record<string, string>>,
): Promise<UserManager | undefined> {
  if (SYSTEMD === undefined || process.getuid?.() !== 0) return undefined
  mkdirSync(`${home}/systemd/user`, { recursive: true })
  for (const [name, text] of Object.entries(units)) writeFileSync(`${home}/systemd/user/${name}`, text)
  const runtime = "/run/user/0"
  const script = `mount -t tmpfs tmpfs /run && mkdir -p -m 700 /run/systemd/system ${runtime} && exec "$0" --user --log-level=err`
  const env = { PATH: process.env["PATH"] ?? "", XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: home, HOME: home }
  const manager = spawn("unshare", ["--mount", "bash", "-c", script, SYSTEMD], { env, stdio: "ignore" })
  const run = (...words: string[]) => {
    const entered = ["--mount", `--target=${manager.pid}`, ...words]
    const { stdout, status } = spawnSync("nsenter", entered, { env, encoding: "utf8", timeout: 60_000 })
    return { stdout, code: status }
  }
  const systemctl = (...words: string[]) => run("systemctl", "--user", ...words)
  return (await isUp(manager, systemctl)) ? { run, systemctl, stop: () => void manager.kill("SIGTERM") } : undefined
}

async function isUp(manager: ChildProcess, systemctl: UserManager["systemctl"]): Promise<boolean> {
  const answers = until("the user manager answers", () => ended(manager) || systemctl("list-units").code === 0, 5_000)
  const up = await answers.then(() => !ended(manager)).catch(() => false)
  if (!up) manager.kill("SIGKILL")
  return up
}

function ended(manager: ChildProcess): boolean {
  return manager.exitCode !== null || manager.signalCode !== null
}
