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
 * Takes over what dead launchers left: processes that are still the same go on under us, ended ones are reported with an
 * unknown status. First their supervisor must be gone: two would fight for ports and files (decisions C). Of a process that
 * a launcher started in its last moment there may be no record; its run id tells of it, and it ends with its run or with us.
 */
export async function adoptLeft(context: LauncherContext): Promise<void> {
  const { instances, records } = context
  const { groups } = context.ports
  const left = records.readAll()
  const former = new Set([...records.instances(), ...left.map(instanceOf)])
  if (former.size > 0) groups.inherit()
  for (const instance of former) if (!groups.isEmpty(instance)) instances.add(instance)
  records.noteInstances([...instances])
  await endSupervisors(
    context,
    left.find(isSupervisor),
    [...instances].filter((instance) => former.has(instance)),
  )
  for (const record of left) if (!isSupervisor(record)) adopt(context, record)
}

async function endSupervisors(
  context: LauncherContext,
  record: ProcessRecord | undefined,
  instances: readonly string[],
): Promise<void> {
  const { clock, groups } = context.ports
  if (record !== undefined) {
    // What it still prints is read.
    groups.adopt(leftOf(record), createSupervisorOutput(context.consoles, context.ownLog))
  }
  const runs = instances.map((instance) => `${instance}/${SUPERVISOR_ID}`)
  const gone = Promise.all(runs.map((run) => groups.emptied(run)))
  const done = new AbortController()
  const late = wait(clock, LEFTOVER_LIMIT_MS, done.signal).then(() => "late" as const)
  if ((await Promise.race([gone, late])) === "late") {
    say(context, "The supervisor of the former launcher does not end; killing it")
    for (const run of runs) groups.signalRun(run, "SIGKILL")
    await gone
  }
  done.abort()
  context.records.remove(SUPERVISOR_ID)
}

function isSupervisor({ description }: ProcessRecord): boolean {
  return description.id === SUPERVISOR_ID
}

/** The launcher that started it. */
function instanceOf({ fullRunId }: ProcessRecord): string {
  return fullRunId.split("/")[0] ?? fullRunId
}

function adopt(context: LauncherContext, record: ProcessRecord): void {
  const { description } = record
  const output = createProcessOutput(context.consoles, context.logs, continued(description.output))
  const group = context.ports.groups.adopt(leftOf(record), output.take)
  if (group === undefined) {
    context.table.put({ record, adopted: true, group, status: { tag: "unknown" } })
    return
  }
  context.instances.add(instanceOf(record))
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
