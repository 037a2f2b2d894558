import { Buffer } from "node:buffer"
import { supervisorPaths } from "../../base/layout.ts"
import type { RunGroups } from "../../ports/process-group.ts"
import type { ApplyResult } from "../../program/api.ts"
import { type ApplyRequest, applySet } from "../../program/apply.ts"
import type { CommandContext } from "../command.ts"
import { configProvider } from "./config-provider.ts"
import { packageProvider } from "./package-provider.ts"
import { loadProgram } from "./read-file.ts"
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
  let groups: Promise<RunGroups> | undefined
  let count = 0
  try {
    return await applySet(
      {
        ...host,
        layout,
        report,
        signal: signal ?? context.signal,
        // Hooks of a set are the operator's own: they see the machine as it is.
        groups: () => (groups ??= host.openGroups({ root: "/", hab: layout.hab, fifoDirectory })),
        newRunId: () => `${token}/${++count}`,
        loadModule: async (file) => mainOf(await loadProgram(context, file)),
        providers: {
          service: serviceProvider(context, timeoutSec),
          package: packageProvider(context),
          config: configProvider(context),
        },
      },
      request,
    )
  } finally {
    if (groups !== undefined) (await groups).close()
  }
}

/** `module.exports` of a CommonJS file, the default export of another. */
function mainOf(exports: Readonly<Record<string, unknown>>): unknown {
  const main = exports["default"]
  return typeof main === "object" && main !== null && "default" in main ? main.default : main
}
