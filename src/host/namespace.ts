import { type ChildProcess, spawn } from "node:child_process"
import fs from "node:fs"
import { clearTimeout, setTimeout } from "node:timers"
import type { Account } from "../ports/users.ts"
import { ENCLOSURE_SCRIPT } from "./enclosure.ts"

const READY_LIMIT_MS = 10_000
const HELPER = ["sh", "-c", "echo ready; read -r end"] as const

/** A namespace kept by us: nsenter's arguments to enter it. Processes inside keep it alive when we are gone. */
export type Namespace = Readonly<{ enter: readonly string[] }>

/**
 * Makes the mount namespace in which `hab` is `/hab` once, for every process the launcher will start: entering it costs
 * 1 ms, making it 80 ms. An ordinary user gets the mount namespace copied into a user namespace with the own uid, which
 * is one step to enter. Undefined where namespaces are refused. `hab` must hold a directory `.enclosure`.
 */
export async function createNamespace(hab: string, user: Pick<Account, "uid" | "gid">): Promise<Namespace | undefined> {
  const [file, ...args] = creationArgv(hab, user)
  const helper = spawn(file, args, { stdio: ["pipe", "pipe", "ignore"] })
  try {
    return (await isReady(helper)) ? hold(helper.pid ?? 0, user) : undefined
  } catch {
    return undefined
  } finally {
    helper.stdin?.end()
  }
}

function creationArgv(hab: string, user: Pick<Account, "uid" | "gid">): readonly [string, ...string[]] {
  const script = ["--", "bash", "-c", ENCLOSURE_SCRIPT, "hab-enclosure", hab] as const
  if (user.uid === 0) return ["unshare", "--mount", ...script, ...HELPER]
  const own = ["unshare", "--user", `--map-user=${user.uid}`, `--map-group=${user.gid}`]
  const copy = [...own, "--mount", "--propagation", "unchanged", "--"]
  return ["unshare", "--user", "--map-root-user", "--mount", ...script, ...copy, ...HELPER]
}

function hold(pid: number, user: Pick<Account, "uid" | "gid">): Namespace {
  const held = (kind: string) => `/proc/${process.pid}/fd/${fs.openSync(`/proc/${pid}/ns/${kind}`, "r")}`
  const mount = `--mount=${held("mnt")}`
  return { enter: user.uid === 0 ? [mount] : [`--user=${held("user")}`, "--preserve-credentials", mount] }
}

function isReady(helper: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      helper.kill("SIGKILL")
      resolve(false)
    }, READY_LIMIT_MS)
    const settle = (ready: boolean) => {
      clearTimeout(timer)
      resolve(ready)
    }
    helper.stdout?.once("data", () => settle(true))
    helper.once("exit", () => settle(false))
    helper.once("error", () => settle(false))
  })
}
