import { HabError } from "../../base/errors.ts"
import { describeExit } from "../../base/exit-status.ts"
import type { SupervisorContext } from "../context.ts"
import type { HookNow, HookRun, ServiceExplanation } from "../gateway/explanation.ts"
import { bindReports } from "../group/bind-reports.ts"
import type { JournalEntry } from "../hooks/hook-memory.ts"
import type { Roster } from "../roster.ts"
import { explain } from "../service/status.ts"
import type { RunningHook, Supervised } from "../supervised.ts"
import { updateStatusOf } from "../updates/update-status.ts"
import { statusOfAll } from "./status-of.ts"

type BehindStatus = Pick<ServiceExplanation, "sinceSec" | "complaints" | "lastExit" | "binds" | "running" | "hooks">

const NOTHING_KNOWN: BehindStatus = { sinceSec: 0, complaints: [], lastExit: null, binds: [], running: [], hooks: [] }

/** Everything about one loaded service: what it does, why, and what ends that. */
export function explanationOf(context: SupervisorContext, roster: Roster, name: string): ServiceExplanation {
  const held = roster.services.get(name) ?? roster.creating.get(name)
  const status = statusOfAll(context, roster).find((one) => one.name === name)
  if (status === undefined) throw notHeld(name)
  const { ident, group, desired, phase, why, awaits, pid, health, restarts } = status
  return {
    ...{ name, ident, group, desired, phase, why, pid, health, restarts },
    awaits: status.update === null || status.update.step === "rejected" ? awaits : [...awaits, status.update.text],
    ...(held === undefined ? NOTHING_KNOWN : behindStatus(context, roster, held)),
  }
}

/** Its spec is there, but this supervisor has not looked at it yet. */
function notHeld(name: string): HabError {
  return new HabError("SERVICE_NOT_LOADED", `Service not loaded, ${name}`, { hint: "hab svc status" })
}

function behindStatus(context: SupervisorContext, roster: Roster, held: Supervised): BehindStatus {
  const nowMs = context.host.clock.monotonicMs()
  const { lastExit, sinceMs } = held.service
  return {
    sinceSec: Math.floor((nowMs - sinceMs) / 1000),
    complaints: [
      ...explain(held.service, nowMs).complaints,
      ...configComplaints(held),
      ...hookComplaints(held),
      ...rejections(held),
    ],
    lastExit: lastExit === undefined ? null : describeExit(lastExit),
    binds: bindReports(context, roster.services.values(), held),
    running: [...held.running.values()].map((hook) => describeRunning(hook, nowMs)),
    hooks: held.memory.journal.map(describeRun),
  }
}

/** Layers of its configuration that are left out, or older than what is on disk. */
function configComplaints({ config }: Supervised): string[] {
  const applied =
    config.appliedProblem === undefined
      ? []
      : [`its applied configuration is ignored: ${config.appliedProblem.message}`]
  return config.problem === undefined ? applied : [config.problem, ...applied]
}

/** A change that hooks refused; declared hooks that are left out, or older than what was written. */
function hookComplaints({ declared: { problem }, changeRefused }: Supervised): string[] {
  return [changeRefused, problem].filter((one) => one !== undefined)
}

/** What it does not run because it did not become healthy. */
function rejections(held: Supervised): string[] {
  const update = updateStatusOf(held)
  return update?.step === "rejected" ? [update.text] : []
}

/** The last hook runs of one loaded service, oldest first. */
export function hookRunsOf(roster: Roster, name: string): HookRun[] {
  const held = roster.services.get(name) ?? roster.creating.get(name)
  return (held?.memory.journal ?? []).map(describeRun)
}

/** A hook on its way as it is shown. `nowMs` on the monotonic clock. */
export function describeRunning({ hook, event, startedMs, timeoutMs }: RunningHook, nowMs: number): HookNow {
  const runningSec = Math.floor((nowMs - startedMs) / 1000)
  return { hook, event, runningSec, limitSec: timeoutMs === 0 ? null : timeoutMs / 1000 }
}

/** A finished run of a hook as it is shown. */
export function describeRun({ atMs, event, hook, outcome, elapsedMs }: JournalEntry): HookRun {
  const status = outcome.tag === "failed" ? outcome.status : undefined
  const exitCode = outcome.tag === "succeeded" ? 0 : status?.tag === "exited" ? status.code : null
  return {
    at: new Date(atMs).toISOString(),
    event,
    hook,
    outcome: outcome.tag,
    exitCode,
    signal: status?.tag === "signaled" ? status.signal : null,
    problem: status?.tag === "not-started" ? status.cause : null,
    durationMs: Math.round(elapsedMs),
  }
}
