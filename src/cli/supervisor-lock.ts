import { HabError } from "../base/errors.ts"
import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { Host } from "../ports/host.ts"
import type { Holder } from "../ports/lock.ts"

/** LOCK is held by the launcher for as long as it lives, whatever ends it (decisions C). Throws SUPERVISOR_RUNNING. */
export async function takeLock({ locks, files, pid }: Host, layout: Layout): Promise<() => void> {
  const { lock, state } = supervisorPaths(layout)
  files.makeDirectories(state)
  const result = await locks.acquire(lock, { content: String(pid) })
  if (result.tag === "acquired") return result.release
  const by = (await locks.holder(lock))?.pid ?? result.by
  throw new HabError("SUPERVISOR_RUNNING", `a supervisor runs on ${layout.hab} already: process ${by} holds ${lock}`, {
    hint: "use `hab svc load` to run more services under it, or `hab sup term` to stop it",
  })
}

/** What commands that need a supervisor say without one. */
export function supervisorAbsent(layout: Layout): HabError {
  return new HabError("SUPERVISOR_ABSENT", `Unable to contact the Supervisor. None runs on ${layout.hab}`, {
    hint: "hab sup run",
  })
}

/**
 * What commands say when nobody answers: LOCK tells whether there is a launcher whose supervisor starts, or is started
 * again and again.
 */
export async function nobodyAnswers({ host, layout }: Readonly<{ host: Host; layout: Layout }>): Promise<HabError> {
  const launcher = await launcherOf(host, layout)
  if (launcher === undefined) return supervisorAbsent(layout)
  return new HabError(
    "SUPERVISOR_SILENT",
    `The launcher${launcher.pid === undefined ? "" : `, process ${launcher.pid},`} runs, but its supervisor does not answer on ${supervisorPaths(layout).controlSocket}`,
    { hint: "it may be starting just now: try again; otherwise `hab sup logs` says why it does not" },
  )
}

/** The launcher: who holds LOCK. */
export function launcherOf({ locks }: Pick<Host, "locks">, layout: Layout): Promise<Holder | undefined> {
  return locks.holder(supervisorPaths(layout).lock)
}

/** Sends the launcher a signal. False when none runs. Throws SUPERVISOR_UNREACHABLE for one that cannot be seen from here. */
export async function signalLauncher(host: Host, layout: Layout, signal: string): Promise<boolean> {
  const launcher = await launcherOf(host, layout)
  if (launcher?.pid === undefined) {
    if (launcher === undefined) return false
    throw new HabError(
      "SUPERVISOR_UNREACHABLE",
      `a process that cannot be seen from here holds ${supervisorPaths(layout).lock}`,
      {
        hint: "does the supervisor run in a container? Then run this command there",
      },
    )
  }
  host.sendSignal(launcher.pid, signal)
  return true
}
