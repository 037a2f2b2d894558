import { Buffer } from "node:buffer"
import { servicePaths } from "../base/layout.ts"
import type { Layout } from "../base/layout.ts"
import type { ProcessGroups } from "../ports/process-group.ts"
import type { LauncherClient } from "./launcher/client.ts"
import type { OutputSummary } from "./launcher/protocol.ts"

/** How much of a hook's output is told to us; the launcher prints and logs all of it. */
const HEAD_BYTES = 1024

/**
 * Hooks of one service as processes of the launcher: they outlive us, and their output is printed and logged there. What
 * is kept of it is delivered when they end.
 */
export function hookGroups(
  client: LauncherClient,
  layout: Layout,
  service: Readonly<{ name: string; group: string }>,
): ProcessGroups {
  return {
    async start(command, onOutput) {
      const hook = command.label.slice(command.label.lastIndexOf(".") + 1)
      const process = await client.spawn({
        ...command,
        id: command.runId,
        kind: "hook",
        service: service.name,
        hook,
        output: {
          preamble: `${service.group} hook[${hook}]:`,
          lines: "hook",
          log: { directory: servicePaths(layout, service.name).logs, name: hook, keep: "replaced" },
          headBytes: HEAD_BYTES,
        },
      })
      const exited = process.exited.then(({ status, output }) => {
        if (output !== undefined) deliver(output, onOutput)
        client.acknowledge(command.runId)
        return status
      })
      return {
        pid: process.pid,
        exited,
        signal: (signal) => client.signal(command.runId, signal),
        get gone() {
          return client.emptied(command.runId)
        },
      }
    },
  }
}

function deliver(output: OutputSummary, onOutput: Parameters<ProcessGroups["start"]>[1]): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const { head, tail } = output[stream]
    for (const part of [head, tail]) if (part !== "") onOutput(stream, Buffer.from(part, "base64"))
  }
}
