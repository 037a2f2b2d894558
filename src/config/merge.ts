import type { ConfigTable } from "./value.ts"

/**
 * `lower` with everything `higher` says on top (spec supervisor §5.4): tables merge key by key, anything else is replaced
 * whole. A replaced key keeps its place, new keys follow. Throws CONFIG_TOO_DEEP when tables meet below level 30.
 */
export function mergeConfig(lower: ConfigTable, higher: ConfigTable): ConfigTable {
  throw new Error(`not written yet ${lower.size} ${higher.size}`)
}
