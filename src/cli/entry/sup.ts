import { supervisorPaths } from "../../base/layout.ts"
import { systemAppendFiles } from "../../host/append-file.ts"
import { systemHost } from "../../host/host.ts"
import { descriptorSink } from "../../host/output-sink.ts"
import { serviceManagerOf } from "../../host/service-manager.ts"
import { systemSignals } from "../../host/signals.ts"
import { runLauncher } from "../../supervisor/launcher/launcher.ts"
import type { LaunchRequest } from "../command.ts"
import { supCommands } from "../groups/sup.ts"
import { runGroups } from "./run-groups.ts"

async function launch({ root, ...request }: LaunchRequest): Promise<number> {
  const { clock, files, pid, openGroups } = systemHost()
  const { hab } = request.layout
  const groups = await openGroups({ root, hab, fifoDirectory: supervisorPaths(request.layout).fifos })
  const sinks = { stdout: descriptorSink(1), stderr: descriptorSink(2) }
  const serviceManager = serviceManagerOf(process.env, pid)
  const ports = {
    clock,
    files,
    groups,
    appendFiles: systemAppendFiles,
    ...sinks,
    signals: systemSignals,
    pid,
    ...(serviceManager === undefined ? {} : { serviceManager }),
  }
  return runLauncher({ ...request, ports })
}

runGroups([supCommands], process.argv.slice(2), launch)
