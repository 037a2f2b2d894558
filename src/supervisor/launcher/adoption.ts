import { wait } from "../../ports/clock.ts"
import type { LeftProcess } from "../../ports/process-group.ts"
import { type LauncherContext, say } from "./context.ts"
import { createProcessOutput, createSupervisorOutput } from "./output.ts"
import type { ProcessRecord } from "./process-record.ts"
import { follow } from "./requests.ts"

/** How long a supervisor whose launcher died may take to notice it. */
const LEFTOVER_LIMIT_MS = 5_000

/** Service name under which the supervisor itself is recorded. */
export const SUPERVISOR_ID = "supervisor"

/**
 * Takes over what a dead launcher left: processes that are still the same go on under us, ended ones are reported with
 * an unknown status. First its supervisor must be gone: two would fight for ports and files (decisions C).
 */
export async function adoptLeft(context: LauncherContext): Promise<void> {
  const left = context.records.readAll()
  // Of a process that a launcher started in its last moment there may be no record: its run id tells.
  for (const { fullRunId } of left) context.instances.add(fullRunId.split("/")[0] ?? fullRunId)
  const supervisor = left.find((record) => record.description.id === SUPERVISOR_ID)
  if (supervisor !== undefined) await endSupervisor(context, supervisor)
  for (const record of left) if (record !== supervisor) adopt(context, record)
}

async function endSupervisor(context: LauncherContext, record: ProcessRecord): Promise<void> {
  const { clock, groups } = context.ports
  // Only of those we started or adopted can we tell whether they are gone.
  groups.adopt(leftOf(record), createSupervisorOutput(context.consoles, context.ownLog))
  const gone = groups.emptied(record.fullRunId)
  const done = new AbortController()
  const late = wait(clock, LEFTOVER_LIMIT_MS, done.signal).then(() => "late" as const)
  if ((await Promise.race([gone, late])) === "late") {
    say(context, `The supervisor of the former launcher (PID ${record.identity.pid}) does not end; killing it`)
    groups.signalRun(record.fullRunId, "SIGKILL")
    await gone
  }
  done.abort()
  context.records.remove(SUPERVISOR_ID)
}

function adopt(context: LauncherContext, record: ProcessRecord): void {
  const { description } = record
  const output = createProcessOutput(context.consoles, context.logs, continued(description.output))
  const group = context.ports.groups.adopt(leftOf(record), output.take)
  if (group === undefined) {
    context.table.put({ record, adopted: true, group, status: { tag: "unknown" } })
    return
  }
  context.table.put({ record, adopted: true, group })
  follow(context, record, group, output)
}

function leftOf({ description, fullRunId, identity, streams }: ProcessRecord): LeftProcess {
  return { label: description.label, runId: fullRunId, identity, streams }
}

/** The log of an adopted hook holds what it printed before; it is not emptied now. */
function continued(plan: ProcessRecord["description"]["output"]): ProcessRecord["description"]["output"] {
  return plan.log === undefined ? plan : { ...plan, log: { ...plan.log, keep: "rotated" } }
}
