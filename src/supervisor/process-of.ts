import { innerPath, type Layout, servicePaths } from "../base/layout.ts"
import { processLimits } from "../config/limits.ts"
import type { ProcessRequest } from "./launcher/protocol.ts"
import type { Release } from "./release.ts"
import type { Supervised } from "./supervised.ts"

/** A module told of its start may write to it (decisions 25). */
function hasModule({ declared }: Supervised, release: Release): boolean {
  const hooks = [...release.declared, ...declared.spec, ...declared.overlay.hooks, ...declared.supervisor]
  return hooks.some(({ event, action }) => event === "post-start" && action.kind === "module")
}

/** The service's process: its rendered `run` file, or the command of a command service, in the environment of its package (spec supervisor §2.7). */
export function processOf(layout: Layout, held: Supervised, release: Release): ProcessRequest {
  const paths = servicePaths(layout, held.name)
  // The operator of this machine has the last word.
  const limits = processLimits({ ...held.spec.own.limits, ...held.declared.overlay.limits })
  return {
    id: held.runId,
    kind: "run",
    service: held.name,
    runId: held.runId,
    label: `${held.name}.run`,
    argv: release.command?.argv ?? [innerPath(layout, paths.run)],
    env: release.env,
    ...(release.credentials.runAs === undefined ? {} : { user: release.credentials.runAs }),
    ...(release.command === undefined ? {} : { cwd: release.command.cwd }),
    ...(limits === undefined ? {} : { limits }),
    ...(hasModule(held, release) ? { stdin: "pipe" as const } : {}),
    output: {
      preamble: held.group,
      lines: "run",
      log: { directory: paths.logs, name: "run", keep: "rotated" },
      headBytes: 0,
    },
  }
}
