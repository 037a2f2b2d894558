import { HabError } from "../base/errors.ts"
import { type JsonValue, parseJson } from "./json.ts"
import { mergeConfig } from "./merge.ts"
import { printTomlPath } from "./print-toml.ts"
import { type ConfigFiles, readConfigFile } from "./read-config-file.ts"
import { parseToml } from "./toml.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "./value.ts"

/** Where a value comes from, lowest first (spec supervisor §5.4). */
const CONFIG_LAYERS = ["default", "environment", "user", "applied"] as const
export type ConfigLayerName = (typeof CONFIG_LAYERS)[number]

/** One source of configuration. `where` names it for people: a path, or the environment variable. */
export type ConfigLayer = Readonly<{
  name: ConfigLayerName
  where: string
  /** As it was written. */
  text: string
  table: ConfigTable
}>

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

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The configuration of a service. Throws TOML_INVALID, CONFIG_TOO_LARGE and IO for an unreadable default.toml or
 * user.toml, CONFIG_ENV_INVALID for a variable that is neither TOML nor JSON, CONFIG_TOO_DEEP.
 */
export function loadConfig(
  context: Readonly<{ files: ConfigFiles; env: Environment }>,
  sources: ConfigSources,
): LoadedConfig {
  const applied = readAppliedLayer(sources.applied)
  const layers = [
    readFileLayer(context, "default", sources.defaultToml),
    readEnvironmentLayer(context.env, sources.packageName),
    readFileLayer(context, "user", sources.userToml),
    applied.layer,
  ]
  return { ...combineLayers(layers), appliedProblem: applied.problem }
}

/**
 * The parts of `LoadedConfig` that follow from its layers, lowest first; missing ones are left out. A supervisor that
 * keeps the layers re-reads only what changed: the environment is read once, a broken user.toml keeps its last content.
 */
export function combineLayers(
  layers: readonly (ConfigLayer | undefined)[],
): Pick<LoadedConfig, "value" | "layers" | "origins"> {
  const present = layers.filter((layer) => layer !== undefined)
  const value = present.reduce<ConfigTable>((merged, layer) => mergeConfig(merged, layer.table), new Map())
  return { value, layers: present, origins: findOrigins(value, present) }
}

/**
 * The layer of a TOML file, or undefined when there is no such file; `known` itself where the file still says the same.
 * Throws IO, CONFIG_TOO_LARGE, TOML_INVALID.
 */
export function readFileLayer(
  context: Readonly<{ files: ConfigFiles }>,
  name: ConfigLayerName,
  path: string,
  known?: ConfigLayer,
): ConfigLayer | undefined {
  const text = readConfigFile(context, path)
  if (text === undefined) return undefined
  return text === known?.text && path === known.where
    ? known
    : { name, where: path, text, table: parseToml(text, path) }
}

/** The variable that configures a package: `HAB_` and its name in capitals, `-` written `_`. */
export function configVariable(packageName: string): string {
  return `HAB_${packageName.toUpperCase().replaceAll("-", "_")}`
}

/** The layer of `HAB_<PACKAGE>`: TOML, or else JSON; undefined when it is not set. Throws CONFIG_ENV_INVALID. */
export function readEnvironmentLayer(env: Environment, packageName: string): ConfigLayer | undefined {
  const variable = configVariable(packageName)
  const text = env[variable]
  if (text === undefined) return undefined
  const where = `the environment variable ${variable}`
  const asToml = attempt(() => parseToml(text, where))
  if (isConfigTable(asToml)) return { name: "environment", where, text, table: asToml }
  const asJson = attempt(() => parseJson(text, where))
  if (isConfigTable(asJson) && !holdsNull(asJson)) return { name: "environment", where, text, table: asJson }
  throw new HabError("CONFIG_ENV_INVALID", `${where} is neither a TOML document nor a JSON object without null`, {
    hint: `write TOML (${variable}='port = 8080') or JSON (${variable}='{"port": 8080}')`,
    problems: [asToml, asJson].flatMap((result) => (result instanceof HabError ? result.problems : [])),
  })
}

/** The layer of an applied text, or why it is ignored. */
export function readAppliedLayer(
  text: string | undefined,
  where = "the applied configuration",
): {
  layer: ConfigLayer | undefined
  problem: HabError | undefined
} {
  if (text === undefined) return { layer: undefined, problem: undefined }
  const table = attempt(() => parseToml(text, where))
  if (table instanceof HabError) return { layer: undefined, problem: table }
  return { layer: { name: "applied", where, text, table }, problem: undefined }
}

function attempt<T>(read: () => T): T | HabError {
  try {
    return read()
  } catch (error) {
    if (error instanceof HabError) return error
    throw error
  }
}

function holdsNull(value: JsonValue): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.some(holdsNull)
  return isConfigTable(value) && [...value.values()].some(holdsNull)
}

function findOrigins(merged: ConfigTable, layers: readonly ConfigLayer[]): ReadonlyMap<string, ConfigLayer> {
  const origins = new Map<string, ConfigLayer>()
  const visit = (table: ConfigTable, path: readonly string[]) => {
    for (const [key, value] of table) {
      const inner = [...path, key]
      if (isConfigTable(value) && value.size > 0) visit(value, inner)
      else {
        const origin = layers.findLast((layer) => valueAt(layer.table, inner) !== undefined)
        if (origin !== undefined) origins.set(printTomlPath(inner), origin)
      }
    }
  }
  visit(merged, [])
  return origins
}

/** The value at a path of keys, or undefined where the path leaves the tables. */
export function valueAt(table: ConfigTable, path: readonly string[]): ConfigValue | undefined {
  let value: ConfigValue | undefined = table
  for (const key of path) value = isConfigTable(value) ? value.get(key) : undefined
  return value
}
