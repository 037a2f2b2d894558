import type { ServiceLimits } from "../../config/limits.ts"
import type { PackageIdent } from "../../package/ident.ts"
import type { ServiceGroup } from "../group/service-group.ts"

export type ServiceBind = Readonly<{ name: string; group: ServiceGroup }>

/**
 * What the operator wants of one service (spec supervisor §1.1). `specs/<name>.spec` holds it, and nothing else says
 * whether a service should run.
 */
export type ServiceSpec = Readonly<{
  /** As the operator gave it: two to four parts. */
  ident: PackageIdent
  group: string
  bldrUrl: string
  channel: string
  topology: "standalone" | "leader"
  updateStrategy: "none" | "at-once" | "rolling"
  updateCondition: "latest" | "track-channel"
  binds: readonly ServiceBind[]
  bindingMode: "strict" | "relaxed"
  /** Directory replacing the package's own templates, for development. */
  configFrom?: string
  desiredState: "up" | "down"
  /** Seconds between the shutdown signal and SIGKILL. */
  shutdownTimeoutSec?: number
  /** Windows only; kept as it is so that the file can go back. */
  svcEncryptedPassword?: string
  healthCheckIntervalMs: number
  own: OwnSpec
}>

/** Whether an undefined variable in a template is an error or a warning. */
export const TEMPLATE_MODES = ["strict", "lenient"] as const
export type TemplateMode = (typeof TEMPLATE_MODES)[number]

export const ON_CRITICAL = ["restart", "none"] as const
export const HEALTH_BACKOFF = ["on", "off"] as const

/** Our own keys, in a second file so that a host can go back to Habitat (decisions H): `specs/<name>.hab.toml`. */
export type OwnSpec = Readonly<{
  restart: "always" | "on-failure" | "no"
  /** Failed checks in a row before the service counts as unhealthy. */
  healthFailureThreshold: number
  templateMode: TemplateMode
  /** What happens when it counts as unhealthy, once hooks were told. */
  onCritical: (typeof ON_CRITICAL)[number]
  /** `on`: until the first healthy check the pauses between checks are short and grow. */
  healthBackoff: (typeof HEALTH_BACKOFF)[number]
  /** Seconds a new release may take to become healthy before the service goes back to the one before; absent or 0: no limit. */
  rollbackAfterSec?: number
  /** Bytes of resident memory of its processes above which it restarts, with the reason `memory`. */
  maxMemoryRestart?: number | undefined
  limits: ServiceLimits
  /** What runs instead of a package (decisions 30). */
  command?: CommandSpec
  /** Services that have to be up, or healthy, before each start. */
  dependsOn?: Readonly<Record<string, DependencyCondition>>
  /** Those of them whose restart restarts this service. */
  restartWith?: readonly string[]
  /** The range of versions in the wish: `^2.1`. Part of the ident as we hold it, apart from it on disk. */
  versionRange?: string
  /** The set it was applied with. */
  set?: string
  /** Hooks as they were declared: event, or alias, to a list of tables (spec lifecycle §C.3). */
  hooks?: HookTables
  /** Where relative paths in `command` and `hooks` start: the folder of the file that declared them. */
  folder?: string
}>

/** The process of a service without a package: `argv`, or the shell line `run`. Paths may be relative. */
export type CommandSpec = Readonly<{
  argv?: readonly string[]
  run?: string
  workingDir?: string
  environment: Readonly<Record<string, string>>
  /** With `?` in front the file may be missing. */
  envFile?: string
  user?: string
  group?: string
}>

export const DEPENDENCY_CONDITIONS = ["started", "healthy"] as const
export type DependencyCondition = (typeof DEPENDENCY_CONDITIONS)[number]

/** Declared hooks before anybody read them: event name to list of tables of plain values. */
export type HookTables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

export const DEFAULT_OWN_SPEC: OwnSpec = {
  restart: "always",
  healthFailureThreshold: 3,
  onCritical: "none",
  healthBackoff: "off",
  templateMode: "lenient",
  limits: {},
}

const DEFAULT_HEALTH_CHECK_INTERVAL_MS = 30_000

/** A spec with every default but the ident (spec supervisor §1.1). */
export function defaultSpec(ident: PackageIdent, env: Readonly<Record<string, string>>): ServiceSpec {
  return {
    ident,
    group: "default",
    bldrUrl: env["HAB_BLDR_URL"] || "https://bldr.habitat.sh",
    channel: env["HAB_BLDR_CHANNEL"] || "base",
    topology: "standalone",
    updateStrategy: "none",
    updateCondition: "latest",
    binds: [],
    bindingMode: "strict",
    desiredState: "up",
    healthCheckIntervalMs: DEFAULT_HEALTH_CHECK_INTERVAL_MS,
    own: DEFAULT_OWN_SPEC,
  }
}

/** The group this service belongs to. */
export function groupOf(spec: ServiceSpec): ServiceGroup {
  return { service: spec.ident.name, group: spec.group }
}

/** What can be done about a spec file that cannot be used. */
export const REPAIR = "repair the file; a service whose .spec file is removed is unloaded"
