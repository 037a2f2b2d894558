import { supervisorPaths } from "../../base/layout.ts"
import { keepBytesOf } from "../../hooks/run-hook.ts"
import { type ListOutcome, type ListTask, runHookList } from "../../hooks/runner.ts"
import { reportAs, type Say, type SupervisorContext } from "../context.ts"
import type { ExitInbox } from "../launcher/client-groups.ts"
import { hookGroups } from "./hook-groups.ts"

/** Whose hooks they are. `name`: owns their processes; `logs`: in front of the names of their logs. */
export type HookOwner = Readonly<{ name: string; speaker: string; logs: string }>

/**
 * Runs hooks that are no service's: through the launcher, which prints and logs what they say, beside the supervisor's own
 * log.
 */
export async function runOwnHooks(
  context: SupervisorContext,
  { exits, say }: Readonly<{ exits: ExitInbox; say: Say }>,
  { name, speaker, logs: prefix }: HookOwner,
  task: Pick<ListTask, "hooks" | "signal" | "onStart" | "onReport">,
): Promise<ListOutcome> {
  if (task.hooks.length === 0) return { tag: "passed" }
  const { host, layout, launcher } = context
  const { logs, events } = supervisorPaths(layout)
  return runHookList(
    {
      groups: hookGroups({ launcher, exits, layout }, name, { directory: logs, prefix }),
      clock: host.clock,
      files: host.files,
      layout,
      report: reportAs(say, speaker, "HK"),
      keepBytes: keepBytesOf(host.env),
      relayed: true,
    },
    { ...task, speaker, logs, records: `${events}/${name}` },
  ).outcome
}
