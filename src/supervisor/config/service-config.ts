import { HabError } from "../../base/errors.ts"
import { type Layout, servicePaths } from "../../base/layout.ts"
import type { Report } from "../../base/progress.ts"
import {
  type ConfigLayer,
  type ConfigLayerName,
  combineLayers,
  type LoadedConfig,
  readAppliedLayer,
  readEnvironmentLayer,
  readFileLayer,
  valueAt,
} from "../../config/layers.ts"
import { enforceSchema, parseSchema, SCHEMA_FILE, secretPaths } from "../../config/validate.ts"
import { type ConfigTable, isConfigTable } from "../../config/value.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { type AppliedConfig, readApplied } from "./applied-config.ts"

/** The configuration of a service with everything that is known of it. */
export type ServiceConfig = LoadedConfig &
  Readonly<{
    /** Whether the value at a path is never to be shown (decisions 22). */
    isSecret: (path: readonly string[]) => boolean
    /** The user.toml in force, which is an older one where the one on disk cannot be used. */
    user: ConfigLayer | undefined
    /** Why it is an older one. */
    problem: string | undefined
  }>

export type ServiceConfigContext = Readonly<{
  files: FileSystem
  layout: Layout
  env: Readonly<Record<string, string>>
  report: Report
}>

export type ConfigSubject = Readonly<{
  name: string
  /** `redis.default`: what configuration is applied to. */
  group: string
  /** Host directory with default.toml and config.schema.json. */
  templates: string
}>

/**
 * All layers as they are now, merged and held to the package's schema (spec supervisor §5.4). A user.toml that cannot be
 * used leaves the last one that could in force, where `previous` holds one, and says so once; so does an applied
 * configuration that is no TOML. `keepsUser`: the user.toml of `previous` stays, whatever is on disk. Throws TOML_INVALID,
 * CONFIG_ENV_INVALID, CONFIG_TOO_DEEP, JSON_INVALID, CONFIG_SCHEMA_INVALID, CONFIG_INVALID.
 */
export function loadServiceConfig(
  context: ServiceConfigContext,
  subject: ConfigSubject,
  previous?: ServiceConfig,
  keepsUser = false,
): ServiceConfig {
  try {
    const user = keepsUser ? previous?.user : userLayer(context, subject, previous)
    const config = combine(context, subject, { user, previous })
    const problem = config.appliedProblem?.message
    if (problem !== undefined && problem !== previous?.appliedProblem?.message) {
      const text = `The configuration applied to ${subject.group} is ignored: ${problem}`
      context.report({ tag: "warning", text, hint: "hab config apply, with a higher version, replaces it" })
    }
    return config
  } catch (error) {
    if (previous === undefined || !(error instanceof HabError)) throw error
    return keepUserConfig(context, subject, previous, error)
  }
}

/** All layers as they are now, but for the user.toml of `previous`: the one on disk cannot be used, which is said once. */
export function keepUserConfig(
  context: ServiceConfigContext,
  subject: ConfigSubject,
  previous: ServiceConfig,
  error: HabError,
): ServiceConfig {
  const problem = `Reloading user-config failed: ${error.message}`
  const kept = combine(context, subject, { user: previous.user, problem, previous })
  if (problem !== previous.problem) {
    context.report({ tag: "warning", text: problem, hint: "what was in force before stays" })
  }
  return kept
}

/** One layer in place of what is in force. `user`: the user.toml that is to stay; without it, the one on disk is taken. */
export type Trial = Readonly<{
  applied?: Pick<AppliedConfig, "text" | "isSecret">
  user?: Readonly<{ layer: ConfigLayer | undefined }>
}>

/** What the configuration would be, to see what would become of it. Throws as `loadServiceConfig`. */
export function tryConfig(
  context: ServiceConfigContext,
  subject: ConfigSubject,
  { applied, user }: Trial,
): ServiceConfig {
  const layer = user === undefined ? userLayer(context, subject, undefined) : user.layer
  return combine(context, subject, { user: layer, ...(applied === undefined ? {} : { applied }) })
}

function combine(
  context: ServiceConfigContext,
  { name, group, templates }: ConfigSubject,
  given: Readonly<{
    user: ConfigLayer | undefined
    problem?: string
    applied?: Partial<AppliedConfig>
    previous?: ServiceConfig | undefined
  }>,
): ServiceConfig {
  const { user, problem, previous } = given
  const inForce = given.applied ?? readApplied(context, group)
  const applied = readAppliedLayer(inForce?.text, whereApplied(inForce))
  const layers = [
    readFileLayer(context, "default", `${templates}/default.toml`, layerOf(previous, "default")),
    readEnvironmentLayer(context.env, name),
    user,
    applied.layer,
  ]
  const combined = { ...combineLayers(layers), appliedProblem: applied.problem }
  const schema = schemaOf(context, templates)
  if (schema !== undefined) enforceSchema(combined, schema, name)
  const bySchema = schema === undefined ? () => false : secretPaths(schema)
  const sealed = inForce?.isSecret === true ? applied.layer?.table : undefined
  return {
    ...combined,
    user,
    problem,
    isSecret: (path) => bySchema(path) || (sealed !== undefined && isGivenBy(sealed, path)),
  }
}

/** Whether the value at a path, and not only one below it, is this table's. */
function isGivenBy(table: ConfigTable, path: readonly string[]): boolean {
  const value = valueAt(table, path)
  return value !== undefined && !isConfigTable(value)
}

function whereApplied(applied: Partial<AppliedConfig> | undefined): string {
  return applied?.version === undefined ? "the applied configuration" : `hab config apply, version ${applied.version}`
}

function userLayer(
  context: ServiceConfigContext,
  { name }: ConfigSubject,
  previous: ServiceConfig | undefined,
): ConfigLayer | undefined {
  return readFileLayer(context, "user", servicePaths(context.layout, name).userConfig, previous?.user)
}

function layerOf(config: ServiceConfig | undefined, name: ConfigLayerName): ConfigLayer | undefined {
  return config?.layers.find((layer) => layer.name === name)
}

function schemaOf({ files }: ServiceConfigContext, templates: string) {
  const file = `${templates}/${SCHEMA_FILE}`
  const text = files.readTextIfPresent(file)
  return text === undefined ? undefined : parseSchema(text, file)
}
