import { valueAt } from "./layers.ts"
import type { ConfigTable, ConfigValue } from "./value.ts"

export type ExportedConfig = Readonly<{
  /** Public name to value: what binders see as `member.cfg`. */
  values: ConfigTable
  /** Exports whose path leads nowhere; they are left out of `values`. */
  missing: readonly Readonly<{ name: string; path: string }>[]
}>

/**
 * What a service shows to those that bind it (spec supervisor §5.5). A path of which any part is missing leads nowhere
 * (the reference skips missing parts in the middle and exports something else; not copied).
 */
export function resolveExports(exports: Readonly<Record<string, string>>, config: ConfigTable): ExportedConfig {
  const values = new Map<string, ConfigValue>()
  const missing: { name: string; path: string }[] = []
  for (const [name, path] of Object.entries(exports)) {
    const value = valueAt(config, path.split("."))
    if (value === undefined) missing.push({ name, path })
    else values.set(name, value)
  }
  return { values, missing }
}
