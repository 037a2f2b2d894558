import { type Layout, servicePaths } from "../../base/layout.ts"
import { HOOK_FILES } from "../../hooks/events.ts"
import type { ProcessGroups } from "../../ports/process-group.ts"
import type { LauncherClient } from "../launcher/client.ts"
import { type ExitInbox, launcherGroups, type ProcessPlace } from "../launcher/client-groups.ts"

/** How much of a hook's output is told to us; the launcher prints and logs all of it. */
const HEAD_BYTES = 1024

/** Where hooks are logged, as `<prefix><hook>`. A host path. */
export type HookLogs = Readonly<{ directory: string; prefix: string }>

/**
 * Hooks as processes of the launcher: they outlive us, and their output is printed and logged there. `name` owns the
 * logs, a service's where nothing else is said; a command's label is `<speaker>.<hook>`.
 */
export function hookGroups(
  context: Readonly<{ launcher: LauncherClient; exits: ExitInbox; layout: Layout }>,
  name: string,
  logs: HookLogs = { directory: servicePaths(context.layout, name).logs, prefix: "" },
): ProcessGroups {
  return {
    start: (command, onOutput) =>
      launcherGroups(context.launcher, context.exits, placeOf(logs, name, command.label)).start(command, onOutput),
  }
}

/** A script of a package: its log holds the last run alone (spec supervisor §2.7). */
function isScript(hook: string): boolean {
  return HOOK_FILES.some((file) => file === hook)
}

function placeOf(logs: HookLogs, name: string, label: string): ProcessPlace {
  const dot = label.lastIndexOf(".")
  const hook = label.slice(dot + 1)
  return {
    kind: "hook",
    service: name,
    hook,
    output: {
      preamble: `${label.slice(0, dot)} hook[${hook}]:`,
      lines: "hook",
      log: { directory: logs.directory, name: `${logs.prefix}${hook}`, keep: isScript(hook) ? "replaced" : "rotated" },
      headBytes: HEAD_BYTES,
    },
  }
}
