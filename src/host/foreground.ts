import { type ChildProcess, spawn } from "node:child_process"
import type { ExitStatus } from "../base/exit-status.ts"
import type { Foreground, ForegroundCommand } from "../ports/foreground.ts"
import { execChain } from "./exec-chain.ts"
import { systemExecPlace } from "./exec-place.ts"
import { createNamespace } from "./namespace.ts"
import { systemUsers } from "./users.ts"

/** Commands on our own terminal, in our own process group: the shell that started us treats both as one job. */
export const systemForeground: Foreground = { run }

async function run(
  { root, hab }: Readonly<{ root: string; hab: string }>,
  command: ForegroundCommand,
): Promise<ExitStatus> {
  const isHost = root === "/" || root === ""
  const namespace = isHost ? undefined : await createNamespace(hab, systemUsers().current)
  const chain = execChain({ ...command, label: "", runId: "" }, systemExecPlace(namespace))
  const { HAB_RUN_ID: _, ...env } = chain.env
  const [file, ...args] = chain.argv
  const child = spawn(file, args, {
    stdio: "inherit",
    env,
    ...(chain.uid === undefined ? {} : { uid: chain.uid }),
    ...(chain.gid === undefined ? {} : { gid: chain.gid }),
  })
  const release = leaveSignalsTo(child)
  const status = await statusOf(child)
  release()
  return status
}

function leaveSignalsTo(child: ChildProcess): () => void {
  const listeners = [
    ["SIGINT", () => undefined],
    ["SIGQUIT", () => undefined],
    ["SIGTERM", () => child.kill("SIGTERM")],
    ["SIGHUP", () => child.kill("SIGHUP")],
  ] as const
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener)
  }
}

function statusOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ tag: "not-started", cause: error.message }))
    child.once("exit", (code, signal) =>
      resolve(signal === null ? { tag: "exited", code: code ?? 0 } : { tag: "signaled", signal }),
    )
  })
}
