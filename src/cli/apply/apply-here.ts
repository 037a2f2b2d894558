import { Buffer } from "node:buffer"
import { supervisorPaths } from "../../base/layout.ts"
import { createModules } from "../../hooks/modules.ts"
import type { RunGroups } from "../../ports/process-group.ts"
import type { ApplyResult } from "../../program/api.ts"
import { type ApplyRequest, applySet } from "../../program/apply.ts"
import type { CommandContext } from "../command.ts"
import { configProvider } from "./config-provider.ts"
import { moduleStarter } from "./module-process.ts"
import { packageProvider } from "./package-provider.ts"
import { serviceProvider } from "./service-provider.ts"

/** Applies or destroys a set on this machine. `timeoutSec`: how long each service is waited for. */
export async function applyHere(
  context: CommandContext,
  request: ApplyRequest,
  { timeoutSec, signal }: Readonly<{ timeoutSec?: number | undefined; signal?: AbortSignal }> = {},
): Promise<ApplyResult> {
  const { host, layout, report } = context
  const token = `apply-${Buffer.from(host.randomBytes(6)).toString("hex")}`
  const fifoDirectory = `${supervisorPaths(layout).state}/${token}`
  let opened: Promise<RunGroups> | undefined
  let count = 0
  // Hooks of a set are the operator's own: they see the machine as it is.
  const groups = () => (opened ??= host.openGroups({ root: "/", hab: layout.hab, fifoDirectory }))
  const newRunId = () => `${token}/${++count}`
  const argv = [context.nodeProgram, `${context.programDirectory}/module-host.cjs`] as const
  const modules = createModules(host, moduleStarter({ groups, newRunId, argv, env: host.env, report }))
  try {
    return await applySet(
      {
        ...host,
        layout,
        report,
        signal: signal ?? context.signal,
        groups,
        newRunId,
        modules,
        providers: {
          service: serviceProvider(context, timeoutSec),
          package: packageProvider(context),
          config: configProvider(context),
        },
      },
      request,
    )
  } finally {
    await modules.close()
    if (opened !== undefined) (await opened).close()
  }
}
