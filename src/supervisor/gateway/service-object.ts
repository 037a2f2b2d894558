import { stringifyIdent } from "../../package/ident.ts"
import type { TemplateTable, TemplateValue } from "../../templating/values.ts"
import { stringifyServiceGroup } from "../group/service-group.ts"
import type { HealthStatus } from "../service/health.ts"
import { type BackoffPolicy, FIRST_WAIT_MS, FORGOTTEN_AFTER_UP_MS, LONGEST_WAIT_MS } from "../service/restart-policy.ts"
import { DEFAULT_SETTINGS } from "../service/settings.ts"
import type { PackageFacts } from "./package-facts.ts"
import type { ServiceFacts, SupervisorFacts } from "./service-facts.ts"
import { HOOK_KEYS, type ServiceKey } from "./service-fields.ts"

export type ServiceObject = Readonly<Record<Exclude<ServiceKey, "cfg">, TemplateValue> & { cfg?: TemplateValue }>

const HEALTH_WORDS = {
  ok: "Ok",
  warning: "Warning",
  critical: "Critical",
  unknown: "Unknown",
} as const satisfies Record<HealthStatus, string>

/** A service as `/services` shows it (spec supervisor §7.3). Paths outside `pkg` are host paths. */
export function serviceObject(
  supervisor: SupervisorFacts,
  service: ServiceFacts,
  options: Readonly<{ redacted: boolean }>,
): ServiceObject {
  const { spec, lastProcess, nextRestartAtMs } = service
  return {
    ...wishesOf(spec),
    all_pkg_binds: service.package.binds.map(({ name, exports }) => ({ service: name, exports })),
    ...(options.redacted ? {} : { cfg: service.config }),
    health_check: HEALTH_WORDS[service.health],
    hooks: hooksOf(supervisor, service),
    initialized: service.pid !== undefined,
    last_election_status: spec.topology === "leader" && service.pid !== undefined ? "ElectionFinished" : "None",
    last_process_state:
      lastProcess === undefined
        ? null
        : { pid: lastProcess.pid, termination_reason: lastProcess.reason, terminated_at: seconds(lastProcess.atMs) },
    manager_fs_cfg: managerPaths(supervisor),
    next_restart_at: nextRestartAtMs === undefined ? null : seconds(nextRestartAtMs),
    pkg: packageObject(service.package),
    process: {
      pid: service.pid ?? null,
      state: service.pid === undefined ? "down" : "up",
      state_entered: seconds(service.enteredAtMs),
    },
    restart_config: restartConfig(supervisor.backoff),
    restart_count: service.restarts,
    service_group: service.group,
    spec_file: `${supervisor.paths.specs}/${service.name}.spec`,
    sys: supervisor.sys,
    user_config_updated: service.stale,
  }
}

/** What the spec says, in the words of the API. */
function wishesOf(spec: ServiceFacts["spec"]) {
  const { origin, name, version = null, release = null } = spec.ident
  return {
    binding_mode: spec.bindingMode,
    binds: spec.binds.map((bind) => `${bind.name}:${stringifyServiceGroup(bind.group)}`),
    bldr_url: spec.bldrUrl,
    channel: spec.channel,
    config_from: spec.configFrom ?? null,
    desired_state: spec.desiredState === "up" ? "Up" : "Down",
    health_check_interval: duration(spec.healthCheckIntervalMs),
    spec_ident: { origin, name, version, release },
    spec_identifier: stringifyIdent(spec.ident),
    svc_encrypted_password: spec.svcEncryptedPassword ?? null,
    topology: spec.topology,
    update_condition: spec.updateCondition,
    update_strategy: spec.updateStrategy,
  }
}

function hooksOf({ servicePaths }: SupervisorFacts, { name, package: { hooks } }: ServiceFacts): TemplateTable {
  const paths = servicePaths(name)
  return Object.fromEntries(
    Object.entries(HOOK_KEYS).map(([key, file]): [string, TemplateValue] => {
      if (!hooks.includes(file)) return [key, null]
      const log = `${paths.logs}/${file}`
      return [
        key,
        {
          render_pair: `${paths.hooks}/${file}`,
          stdout_log_path: `${log}.stdout.log`,
          stderr_log_path: `${log}.stderr.log`,
        },
      ]
    }),
  )
}

function managerPaths({ paths }: SupervisorFacts): TemplateTable {
  return {
    sup_root: paths.state,
    data_path: paths.data,
    specs_path: paths.specs,
    member_id_file: paths.memberId,
    proc_lock_file: paths.lock,
  }
}

function packageObject({ view, dependencies, shutdownSignal, shutdownTimeoutSec }: PackageFacts): TemplateTable {
  return {
    ...view,
    dependencies,
    svc_config_install_path: view.svc_path === "" ? "" : `${view.svc_path}/config_install`,
    shutdown_signal: shutdownSignal ?? DEFAULT_SETTINGS.shutdownSignal,
    shutdown_timeout: shutdownTimeoutSec ?? DEFAULT_SETTINGS.shutdownTimeoutMs / 1000,
  }
}

/** Our own back-off in Habitat's words (decisions 5). */
const DEFAULT_BACKOFF = {
  minimumMs: FIRST_WAIT_MS,
  maximumMs: LONGEST_WAIT_MS,
  cooldownMs: FORGOTTEN_AFTER_UP_MS,
} as const

function restartConfig(policy: BackoffPolicy): TemplateTable {
  const { minimumMs, maximumMs, cooldownMs } = policy.tag === "habitat" ? policy : DEFAULT_BACKOFF
  return {
    min_backoff_period: duration(minimumMs),
    max_backoff_period: duration(maximumMs),
    cooldown_period: duration(cooldownMs),
  }
}

function duration(ms: number): TemplateTable {
  const secs = Math.floor(ms / 1000)
  return { secs, nanos: Math.round((ms - secs * 1000) * 1e6) }
}

function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000)
}
