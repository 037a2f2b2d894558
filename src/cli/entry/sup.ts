import { supervisorPaths } from "../../base/layout.ts"
import { systemAppendFiles } from "../../host/append-file.ts"
import { systemHost } from "../../host/host.ts"
import { descriptorSink } from "../../host/output-sink.ts"
import { serviceManagerOf } from "../../host/service-manager.ts"
import { keepSignals } from "../../host/signals.ts"
import type { Signals } from "../../ports/signals.ts"
import { runLauncher } from "../../supervisor/launcher/launcher.ts"
import type { LaunchRequest } from "../command.ts"
import { supCommands } from "../groups/sup.ts"
import { runGroups } from "./run-groups.ts"

function becomeLauncher(): (request: LaunchRequest) => Promise<number> {
  const signals = keepSignals()
  return (request) => launch(signals, request)
}

async function launch(signals: Signals, { root, ...request }: LaunchRequest): Promise<number> {
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
    signals,
    pid,
    ...(serviceManager === undefined ? {} : { serviceManager }),
  }
  return runLauncher({ ...request, ports })
}

runGroups([supCommands], process.argv.slice(2), becomeLauncher)
