import { stringifyIdent, tryParseIdent } from "../package/ident.ts"
import type { Clock } from "../ports/clock.ts"
import { isOfChange } from "./change/change-hooks.ts"
import type { SupervisorContext } from "./context.ts"
import { openWanted } from "./held.ts"
import type { ProcessState } from "./launcher/protocol.ts"
import type { Roster } from "./roster.ts"
import { type RunState, readRunState } from "./run-state.ts"
import { NO_CHANGES } from "./service/change-response.ts"
import type { Supervised } from "./supervised.ts"

const GRACE_MS = 8_000

/**
 * Tells a service that was just added what an earlier supervisor left of it: a living process, one that ended while
 * nobody watched, or pieces of a run (decisions C). True when a run of it goes on.
 */
export function findLeft(context: SupervisorContext, roster: Roster, held: Supervised): boolean {
  const state = readRunState({ files: context.host.files, layout: context.layout }, held.name)
  const left = context.launcher.left().filter((one) => one.service === held.name && !isOfChange(one.runId))
  const main = left.filter((one) => one.kind === "run").at(-1)
  const piece = left.find((one) => one.status === undefined)
  const runId = main?.runId ?? piece?.runId ?? state?.runId
  if (runId === undefined) return false
  held.runId = runId.split("/")[0] ?? runId
  const run = Number(held.runId.split(".").at(-1)) || 1
  const known = state?.runId === held.runId ? state : undefined
  if (known?.release !== undefined && piece !== undefined) keepRelease(context, roster, held, known.release)
  if (main !== undefined && (main.status === undefined || known === undefined || known.initialized)) {
    adopt(context, roster, held, { main, run, known })
    return main.status === undefined
  }
  // Pieces of a run without its process are ended: nothing of it goes on.
  roster.post(held, { tag: "found-leftovers", run, initialized: known?.initialized ?? false })
  return false
}

/** What goes on is of another release than the newest that is installed: it is what the service runs, until it goes over. */
function keepRelease(context: SupervisorContext, roster: Roster, held: Supervised, text: string): void {
  const ident = tryParseIdent(text)
  const newest = held.release
  if (ident === undefined || newest === undefined || stringifyIdent(newest.pkg.ident) === text) return
  if (context.store.find(ident) === undefined) return
  const { release, settings } = openWanted(context, { ...held.spec, ident }, held.declared)
  held.release = release
  roster.post(held, { tag: "settings-changed", settings })
}

/** A run that goes on, or one whose end nobody has dealt with yet. */
function adopt(
  context: SupervisorContext,
  roster: Roster,
  held: Supervised,
  found: Readonly<{ main: ProcessState; run: number; known: RunState | undefined }>,
): void {
  const { main, run, known } = found
  held.postStart = known?.postStart ?? "finished"
  const upForMs = upFor(context.host.clock, main)
  const { postStart } = held
  roster.post(held, {
    tag: "found-alive",
    run,
    pid: main.pid,
    upForMs,
    postStart,
    changes: known?.owed ?? NO_CHANGES,
  })
  if (main.status !== undefined) roster.post(held, { tag: "process-exited", run, status: main.status })
}

/** How long it is up. A launcher of an earlier version tells the time of day only, which may have been set since. */
function upFor(clock: Clock, { startedMs, startedMonotonicMs }: ProcessState): number {
  const ms = startedMonotonicMs === undefined ? clock.now() - startedMs : clock.monotonicMs() - startedMonotonicMs
  return Math.max(0, ms)
}

/**
 * Deals with what the launcher still holds and no loaded service wants: ended processes are acknowledged; living ones of
 * services that were unloaded meanwhile are ended, and hooks around changes, which begin again.
 */
export function settleLeft(context: SupervisorContext, roster: Roster): void {
  for (const one of context.launcher.left()) {
    if (one.status !== undefined) context.launcher.acknowledge(one.id)
    else if (!roster.services.has(one.service) || isOfChange(one.runId)) endStray(context, one.runId)
  }
}

function endStray({ host, launcher }: SupervisorContext, runId: string): void {
  launcher.signal(runId, "SIGTERM")
  const cancel = host.clock.schedule(GRACE_MS, () => launcher.signal(runId, "SIGKILL"))
  void launcher.emptied(runId).then(cancel)
}
