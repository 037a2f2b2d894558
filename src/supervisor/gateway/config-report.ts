import { printJson } from "../../config/json.ts"
import type { ConfigLayerName } from "../../config/layers.ts"
import { printTomlPath, printTomlValue } from "../../config/print-toml.ts"
import { parseToml, stringifyToml } from "../../config/toml.ts"
import { hideSecrets } from "../../config/validate.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "../../config/value.ts"
import { alignColumns } from "./status.ts"

/** The configuration of a service with where each value comes from. Stable field names. */
export type ConfigReport = Readonly<{
  ident: string
  group: string
  /** All layers merged: TOML keeps what JSON cannot say. */
  toml: string
  /** By dotted keys as TOML writes them. */
  origins: readonly Readonly<{ key: string; layer: ConfigLayerName; where: string }>[]
  /** Keys whose values are shown to nobody who does not ask for them. */
  secrets: readonly string[]
  /** Layers that are left out, or older than what is on disk. */
  problems: readonly string[]
}>

export type ConfigShow = Readonly<{ origin: boolean; json: boolean; reveal: boolean }>

/** The report as `hab config show` prints it: a TOML document, JSON, or a line for each value with its origin. */
export function configText(report: ConfigReport, { origin, json, reveal }: ConfigShow): string {
  const secrets = new Set(reveal ? [] : report.secrets)
  const table = hideSecrets(parseToml(report.toml, "the answer"), (path) => secrets.has(printTomlPath(path)))
  if (!origin) return json ? printJson(table, 2) : stringifyToml(table)
  const origins = new Map(report.origins.map((one) => [one.key, one]))
  const rows = leavesOf(table).map(({ key, value }) => ({ key, value, ...originOf(origins.get(key)) }))
  if (json)
    return printJson(
      rows.map((row) => new Map(Object.entries(row))),
      2,
    )
  return alignColumns(
    rows.map(({ key, value, layer, where }) => [`${key} = ${printTomlValue(value)}`, `# ${layer}`, where]),
  )
}

function originOf(found: ConfigReport["origins"][number] | undefined): { layer: string; where: string } {
  return { layer: found?.layer ?? "", where: found?.where ?? "" }
}

/** Scalars, arrays and empty tables, by their dotted keys. */
function leavesOf(table: ConfigTable, before: readonly string[] = []): { key: string; value: ConfigValue }[] {
  return [...table].flatMap(([name, value]) => {
    const path = [...before, name]
    return isConfigTable(value) && value.size > 0 ? leavesOf(value, path) : [{ key: printTomlPath(path), value }]
  })
}
