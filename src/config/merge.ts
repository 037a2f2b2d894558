import { HabError } from "../base/errors.ts"
import { printTomlPath } from "./print-toml.ts"
import { type ConfigTable, isConfigTable } from "./value.ts"

/** Tables that meet below this level are refused, as the reference does (spec supervisor §5.4). */
const DEPTH_MAX = 30

/**
 * `lower` with everything `higher` says on top (spec supervisor §5.4): tables merge key by key, anything else is replaced
 * whole. A replaced key keeps its place, new keys follow. Throws CONFIG_TOO_DEEP when tables meet below level 30.
 */
export function mergeConfig(lower: ConfigTable, higher: ConfigTable): ConfigTable {
  return mergeTables(lower, higher, [])
}

function mergeTables(lower: ConfigTable, higher: ConfigTable, path: readonly string[]): ConfigTable {
  if (path.length > DEPTH_MAX) {
    throw new HabError("CONFIG_TOO_DEEP", `two layers define tables below level ${DEPTH_MAX}: ${printTomlPath(path)}`, {
      hint: "flatten the configuration: templates and other tools rarely need more than a few levels",
    })
  }
  const merged = new Map(lower)
  for (const [key, value] of higher) {
    const below = lower.get(key)
    const bothTables = isConfigTable(below) && isConfigTable(value)
    merged.set(key, bothTables ? mergeTables(below, value, [...path, key]) : value)
  }
  return merged
}
