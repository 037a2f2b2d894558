import type { SupervisorContext } from "../context.ts"
import type { SupervisorStatus } from "../gateway/supervisor-status.ts"
import type { Supervisor } from "../supervisor.ts"
import { statusOfAll } from "./status-of.ts"

/** What `hab sup status` tells. */
export function supervisorStatusOf(context: SupervisorContext, supervisor: Supervisor): SupervisorStatus {
  const { host, launcher, options, memberId, version } = context
  const services = statusOfAll(context, supervisor.roster)
  const { pid, version: launcherVersion } = launcher.hello
  const nowMs = host.clock.monotonicMs()
  const secondsSince = (ms: number) => Math.max(0, Math.floor((nowMs - ms) / 1000))
  return {
    version,
    pid: host.pid,
    uptimeSec: secondsSince(supervisor.startedMs),
    launcher: {
      pid,
      version: launcherVersion,
      uptimeSec: secondsSince(launcher.hello.startedMonotonicMs ?? supervisor.startedMs),
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
