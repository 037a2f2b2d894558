import { spawn } from "node:child_process"
import type { ServiceManager } from "../ports/service-manager.ts"

const TOOL = "systemd-notify"
const LIMIT_MS = 10_000

/**
 * The manager named by NOTIFY_SOCKET; undefined when there is none. It is told by systemd's own tool, since Node has no
 * datagram sockets with names: the message comes from a child of ours, which the unit must allow (NotifyAccess=all).
 */
export function serviceManagerOf(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceManager | undefined {
  const socket = env["NOTIFY_SOCKET"] ?? ""
  if (socket === "") return undefined
  return { ready: () => notify({ PATH: env["PATH"] ?? "", NOTIFY_SOCKET: socket }, ["--ready", `--pid=${pid}`]) }
}

function notify(env: Record<string, string>, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(TOOL, args, { env, stdio: ["ignore", "ignore", "pipe"], timeout: LIMIT_MS })
    let complaint = ""
    child.stderr.on("data", (chunk) => {
      complaint += chunk
    })
    child.once("error", (error) => resolve(`${TOOL} cannot be run: ${error.message}`))
    child.once("close", (code) => resolve(code === 0 ? undefined : `${TOOL} failed: ${complaint.trim()}`))
  })
}
