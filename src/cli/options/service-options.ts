import type { LoadRequest } from "../../supervisor/control/operations.ts"
import type { SpecFields } from "../../supervisor/service-request.ts"
import type { OptionsOf, OptionTable } from "../command.ts"

/** Options that say how a service is loaded: shared by `hab svc load` and `hab sup run` (spec supervisor §1.3). */
export const SERVICE_OPTIONS = {
  group: { kind: "text", value: "GROUP", summary: "Service group (default: default)" },
  channel: {
    kind: "text",
    value: "CHANNEL",
    summary: "Channel of the depot that its releases come from (default: base)",
  },
  url: { kind: "text", short: "u", value: "URL", summary: "The depot that its releases come from" },
  topology: { kind: "text", short: "t", value: "TOPOLOGY", choices: ["standalone", "leader"], summary: "Topology" },
  strategy: {
    kind: "text",
    short: "s",
    value: "STRATEGY",
    choices: ["none", "at-once", "rolling"],
    summary: "Update strategy",
  },
  updateCondition: {
    kind: "text",
    value: "CONDITION",
    choices: ["latest", "track-channel"],
    summary: "What counts as an update",
  },
  rollbackAfter: {
    kind: "number",
    value: "SECONDS",
    summary: "Go back to the release before when a new one is not healthy after so long (default: 0, never)",
  },
  bind: { kind: "list", value: "NAME:SERVICE.GROUP", summary: "Bind another group; may be repeated" },
  bindingMode: {
    kind: "text",
    value: "MODE",
    choices: ["strict", "relaxed"],
    summary: "Whether unmet binds keep the service from starting",
  },
  configFrom: {
    kind: "text",
    value: "DIR",
    summary: "Use the templates in this folder instead of the package's (for development)",
  },
  healthCheckInterval: { kind: "number", value: "SECONDS", summary: "Seconds between health checks (default: 30)" },
  shutdownTimeout: { kind: "number", value: "SECONDS", summary: "Seconds between the shutdown signal and SIGKILL" },
  restart: {
    kind: "text",
    value: "WHEN",
    choices: ["always", "on-failure", "no"],
    summary: "When to start the service again after its process ended (default: always)",
  },
  healthFailureThreshold: {
    kind: "number",
    value: "N",
    minimum: 1,
    summary: "Failed health checks in a row before the service counts as unhealthy (default: 3)",
  },
  onCritical: {
    kind: "text",
    value: "WHAT",
    choices: ["restart", "none"],
    summary: "What to do when the service counts as unhealthy, besides telling hooks (default: none)",
  },
  healthBackoff: {
    kind: "text",
    value: "WHETHER",
    choices: ["on", "off"],
    summary: "Check after 1 s, 2 s, 4 s … until the first healthy check, instead of at the interval (default: off)",
  },
  limit: {
    kind: "list",
    value: "NAME=VALUE",
    summary: "Limit the process: nofile=FILES, memory=SIZE or cpu=SECONDS, or =none; may be repeated",
  },
  maxMemoryRestart: {
    kind: "text",
    value: "SIZE",
    summary: "Restart the service when its processes hold more memory than this, such as 300M; none: never (default)",
  },
  templateMode: {
    kind: "text",
    value: "MODE",
    choices: ["strict", "lenient"],
    summary: "Whether an undefined variable in a template is an error, or a warning (default: lenient)",
  },
} as const satisfies OptionTable

/** The request these options make; what was not given is absent. */
export function loadRequestOf(ident: string, options: OptionsOf<typeof SERVICE_OPTIONS>): LoadRequest {
  return { ident, ...fieldsOf(options) }
}

/** The fields of a spec these options name. */
export function fieldsOf(options: Partial<OptionsOf<typeof SERVICE_OPTIONS>>): SpecFields {
  const { healthCheckInterval, shutdownTimeout, rollbackAfter, ...same } = options
  const given = {
    ...same,
    healthCheckIntervalSec: healthCheckInterval,
    shutdownTimeoutSec: shutdownTimeout,
    rollbackAfterSec: rollbackAfter,
  }
  const present = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as SpecFields
}
