import { printTomlPath } from "../../config/print-toml.ts"
import { stringifyToml } from "../../config/toml.ts"
import { type ConfigTable, isConfigTable } from "../../config/value.ts"
import type { ConfigReport } from "../gateway/config-report.ts"
import type { ServiceConfig } from "./service-config.ts"

/** The configuration in force for a loaded service. */
export function configReport(ident: string, group: string, config: ServiceConfig): ConfigReport {
  const applied = config.appliedProblem === undefined ? [] : [config.appliedProblem.message]
  return {
    ident,
    group,
    toml: stringifyToml(config.value),
    origins: [...config.origins].map(([key, { name, where }]) => ({ key, layer: name, where })),
    secrets: secretKeys(config.value, config.isSecret),
    problems: config.problem === undefined ? applied : [config.problem, ...applied],
  }
}

/** Topmost keys that are secret, as TOML writes them. */
function secretKeys(table: ConfigTable, isSecret: ServiceConfig["isSecret"], before: readonly string[] = []): string[] {
  return [...table].flatMap(([name, value]) => {
    const path = [...before, name]
    if (isSecret(path)) return [printTomlPath(path)]
    return isConfigTable(value) ? secretKeys(value, isSecret, path) : []
  })
}
