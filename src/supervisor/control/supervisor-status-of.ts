import { supervisorPaths } from "../../base/layout.ts"
import type { SupervisorContext } from "../context.ts"
import type { SupervisorStatus } from "../gateway/supervisor-status.ts"
import type { Supervisor } from "../supervisor.ts"
import { statusOfAll } from "./status-of.ts"

/** What `hab sup status` tells. */
export function supervisorStatusOf(context: SupervisorContext, supervisor: Supervisor): SupervisorStatus {
  const { host, launcher, layout, options, memberId, version } = context
  const services = statusOfAll(context, supervisor.roster)
  const { pid, version: launcherVersion } = launcher.hello
  // The launcher writes its PID file once, when it begins.
  const begunSec = host.files.stat(supervisorPaths(layout).launcherPid)?.mtimeSeconds
  const nowSec = host.clock.now() / 1000
  return {
    version,
    pid: host.pid,
    uptimeSec: Math.floor((host.clock.monotonicMs() - supervisor.startedMs) / 1000),
    launcher: {
      pid,
      version: launcherVersion,
      uptimeSec: Math.max(0, Math.floor(nowSec - (begunSec ?? nowSec))),
    },
    memberId,
    ...(options.organization === undefined ? {} : { organization: options.organization }),
    services: {
      loaded: services.length,
      up: services.filter((service) => service.state === "up").length,
      desiredUp: services.filter((service) => service.desired === "up").length,
    },
  }
}
