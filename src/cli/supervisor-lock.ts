import { HabError } from "../base/errors.ts"
import { type Layout, supervisorPaths } from "../base/layout.ts"
import type { Host } from "../ports/host.ts"

/** LOCK is held by the launcher for as long as it lives, whatever ends it (decisions C). Throws SUPERVISOR_RUNNING. */
export async function takeLock({ locks, files, pid }: Host, layout: Layout): Promise<() => void> {
  const { lock, state } = supervisorPaths(layout)
  files.makeDirectories(state)
  const result = await locks.acquire(lock, { content: String(pid) })
  if (result.tag === "acquired") return result.release
  throw new HabError(
    "SUPERVISOR_RUNNING",
    `a supervisor runs on ${layout.hab} already: process ${result.by} holds ${lock}`,
    {
      hint: "use `hab svc load` to run more services under it, or `hab sup term` to stop it",
    },
  )
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
  const launcher = await launcherPid(host, layout)
  if (launcher === undefined) return supervisorAbsent(layout)
  return new HabError(
    "SUPERVISOR_SILENT",
    `The launcher, process ${launcher}, runs, but its supervisor does not answer on ${supervisorPaths(layout).controlSocket}`,
    { hint: "it may be starting just now: try again; otherwise `hab sup logs` says why it does not" },
  )
}

/** The launcher's pid: what is written in LOCK, if somebody holds it. */
export async function launcherPid({ locks }: Pick<Host, "locks">, layout: Layout): Promise<number | undefined> {
  const by = await locks.holder(supervisorPaths(layout).lock)
  return by === undefined ? undefined : Number(by)
}
