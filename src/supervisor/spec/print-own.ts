import { printByteSize } from "../../base/byte-size.ts"
import { printLimits } from "../../config/limits.ts"
import { stringifyToml } from "../../config/toml.ts"
import { ConfigFloat, type ConfigTable, type ConfigValue } from "../../config/value.ts"
import { type CommandSpec, DEFAULT_OWN_SPEC, type OwnSpec } from "./spec.ts"

/** Our own keys that differ from their defaults; undefined when the second file is not needed. */
export function printOwnSpec(own: OwnSpec): string | undefined {
  const { restart, healthFailureThreshold, templateMode, onCritical, healthBackoff, command, hooks } = own
  const fields = {
    restart: restart === DEFAULT_OWN_SPEC.restart ? undefined : restart,
    health_failure_threshold:
      healthFailureThreshold === DEFAULT_OWN_SPEC.healthFailureThreshold ? undefined : healthFailureThreshold,
    on_critical: onCritical === DEFAULT_OWN_SPEC.onCritical ? undefined : onCritical,
    health_backoff: healthBackoff === DEFAULT_OWN_SPEC.healthBackoff ? undefined : healthBackoff,
    rollback_after: own.rollbackAfterSec === 0 ? undefined : own.rollbackAfterSec,
    max_memory_restart: own.maxMemoryRestart === undefined ? undefined : printByteSize(own.maxMemoryRestart),
    template_mode: templateMode === DEFAULT_OWN_SPEC.templateMode ? undefined : templateMode,
    version_range: own.versionRange,
    set: own.set,
    folder: own.folder,
    limits: printLimits(own.limits),
    depends_on: dependencyFields(own),
    command: command === undefined ? undefined : commandFields(command),
    hooks,
  }
  const table = tableOf(fields)
  return table.size === 0 ? undefined : stringifyToml(table)
}

function dependencyFields({ dependsOn, restartWith = [] }: OwnSpec) {
  if (dependsOn === undefined) return undefined
  const fields = Object.entries(dependsOn).map(([name, condition]) => {
    return [name, restartWith.includes(name) ? { condition, restart: true } : condition] as const
  })
  return Object.fromEntries(fields)
}

function commandFields({ argv, run, workingDir, environment, envFile, user, group }: CommandSpec) {
  const given = Object.keys(environment).length === 0 ? undefined : environment
  return { argv, run, working_dir: workingDir, env_file: envFile, user, group, environment: given }
}

/** Plain values as a table of TOML; what is undefined or null is left out. */
function tableOf(fields: Readonly<Record<string, unknown>>): ConfigTable {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  return new Map(entries.map(([key, value]) => [key, tomlValueOf(value)]))
}

function tomlValueOf(value: unknown): ConfigValue {
  if (Array.isArray(value)) return value.map(tomlValueOf)
  if (typeof value === "object" && value !== null) return tableOf(value as Readonly<Record<string, unknown>>)
  if (typeof value === "number" && !Number.isInteger(value)) return new ConfigFloat(value)
  return value as string | number | boolean | bigint
}
