import { describeSystemError } from "../../base/describe-system-error.ts"
import { isSystemError } from "../../base/errors.ts"
import { wait } from "../../ports/clock.ts"
import { type LauncherContext, say } from "./context.ts"

const GRACE_MS = 8_000
const KILLED_LIMIT_MS = 5_000
const FLUSH_LIMIT_MS = 1_000

/**
 * Ends what is left: TERM to everything, KILL after 8 s or when `hurry` is aborted (spec supervisor §8.1). `leave` keeps
 * what was adopted running and recorded, for the next launcher. Resolves with whether nothing of any service is left.
 */
export async function endProcesses(
  context: LauncherContext,
  adopted: "stop" | "leave",
  hurry: AbortSignal,
): Promise<boolean> {
  context.closing = true
  await Promise.all(context.starting)
  const instances = adopted === "stop" ? [...context.instances] : [context.ownInstance]
  const { clock, groups } = context.ports
  const gone = Promise.all(instances.map((instance) => groups.emptied(instance)))
  const send = (signal: string) => {
    for (const instance of instances) groups.signalRun(instance, signal)
  }
  send("SIGTERM")
  // Of an adopted process the end is known here before its record is told of it.
  const isClear = () => adopted === "stop" || context.table.living().length === 0
  if (await inTime(gone, wait(clock, GRACE_MS, hurry))) return isClear()
  say(context, "Services still running after the grace period; killing them")
  send("SIGKILL")
  // A process in uninterruptible sleep outlives even that; it must not keep us.
  if (await inTime(gone, wait(clock, KILLED_LIMIT_MS))) return isClear()
  say(context, "Some processes cannot be killed")
  return false
}

/** Removes what only a living launcher needs. Unless nothing is left running, FIFOs and records stay. */
export function removeTraces(
  context: LauncherContext,
  isClear: boolean,
  paths: Readonly<{ processes: string; events: string; launcherPid: string; controlSocket: string }>,
): void {
  const { files, groups } = context.ports
  try {
    // A supervisor that was killed has left its socket.
    for (const file of [paths.launcherPid, paths.controlSocket]) {
      if (files.lstat(file) !== undefined) files.removeFile(file)
    }
    if (!isClear) return
    groups.close()
    files.removeTree(paths.processes)
    files.removeTree(paths.events)
  } catch (error) {
    if (!isSystemError(error)) throw error
    say(context, `What only a running hab needs could not be removed: ${describeSystemError(error)}`)
  }
}

/** Waits until the consoles have printed everything, a second at most. */
export async function flushConsoles(context: LauncherContext): Promise<void> {
  const { stdout, stderr } = context.consoles
  await inTime(Promise.all([stdout.flushed(), stderr.flushed()]), wait(context.ports.clock, FLUSH_LIMIT_MS))
}

async function inTime(event: Promise<unknown>, limit: Promise<void>): Promise<boolean> {
  return Promise.race([event.then(() => true), limit.then(() => false)])
}
