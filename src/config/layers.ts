import type { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ConfigTable } from "./value.ts"

/** Where a value comes from, lowest first (spec supervisor §5.4). */
export const CONFIG_LAYERS = ["default", "environment", "user", "applied"] as const
export type ConfigLayerName = (typeof CONFIG_LAYERS)[number]

/** One source of configuration. `where` names it for people: a path, or the environment variable. */
export type ConfigLayer = Readonly<{ name: ConfigLayerName; where: string; table: ConfigTable }>

export type LoadedConfig = Readonly<{
  /** All layers merged: `cfg` of the templates. */
  value: ConfigTable
  /** The layers that exist, lowest first. */
  layers: readonly ConfigLayer[]
  /** The layer each scalar, array or empty table comes from, by its dotted key as TOML writes it. */
  origins: ReadonlyMap<string, ConfigLayer>
  /** Why the applied config was left out: text that is no TOML is ignored, not fatal. */
  appliedProblem: HabError | undefined
}>

export type ConfigSources = Readonly<{
  packageName: string
  /** Host path of default.toml; a missing file is an empty layer. */
  defaultToml: string
  /** Host path of user.toml; a missing file is an empty layer. */
  userToml: string
  /** TOML text given by `hab config apply`. */
  applied?: string
}>

/**
 * The configuration of a service. Throws TOML_INVALID for an unreadable default.toml or user.toml, CONFIG_ENV_INVALID
 * for a variable that is neither TOML nor JSON, CONFIG_TOO_DEEP.
 */
export function loadConfig(
  context: Readonly<{
    files: Pick<FileSystem, "readTextIfPresent">
    env: Readonly<Record<string, string | undefined>>
  }>,
  sources: ConfigSources,
): LoadedConfig {
  throw new Error(`not written yet ${sources.packageName} ${typeof context}`)
}
