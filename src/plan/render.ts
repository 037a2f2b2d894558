import { posix as path } from "node:path"
import { HabError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import { type JsonValue, parseJson } from "../config/json.ts"
import { readFileLayer } from "../config/layers.ts"
import { mergeConfig } from "../config/merge.ts"
import { decodeConfig } from "../config/read-config-file.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "../config/value.ts"
import { discoverHooks } from "../hooks/discover.ts"
import type { PackageStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { TemplateWarning } from "../templating/engine.ts"
import { planHook, planTree } from "../templating/write-changed.ts"
import { type MockContext, mockContext } from "./mock-context.ts"
import type { PlanValues } from "./variables.ts"

/** `hab plan render`: what is rendered, and with what. All paths are absolute. */
export type RenderPlanRequest = Readonly<{
  /** Folder that holds `default.toml`, `config/` and `hooks/`. */
  directory: string
  /** The one template to render; all of the folder without it. */
  template?: string
  values: PlanValues | undefined
  defaultToml: string
  userToml?: string
  mockData?: string
  members: number
  mode: "lenient" | "strict"
}>

/** `path` is below the folder: `config/redis.conf`, `hooks/run`. */
export type RenderedTemplate = Readonly<{ path: string; bytes: Uint8Array }>

export type RenderedPlan = Readonly<{
  files: readonly RenderedTemplate[]
  warnings: readonly TemplateWarning[]
  /** What `{{log}}` said. */
  logs: readonly string[]
}>

type Context = Readonly<{ files: FileSystem; layout: Layout; store: PackageStore }>

/**
 * Renders the templates of a plan without its package (spec package §7.3): `cfg` is default.toml, user.toml and the mock
 * data, merged in that order; everything else is made up where the mock data does not say it. Given what the templates of
 * a running service see, the bytes are those the supervisor writes. Throws TOML_INVALID, JSON_INVALID, CONFIG_TOO_DEEP,
 * CONFIG_TOO_LARGE, USAGE for files that are missing, and what templates throw.
 */
export function renderPlan(context: Context, request: RenderPlanRequest): RenderedPlan {
  const seen = contextFor(context, request)
  const { template } = request
  return template === undefined ? renderAll(context, request, seen) : renderOne(context, request, seen, template)
}

function renderAll(context: Context, request: RenderPlanRequest, seen: MockContext): RenderedPlan {
  const hooks = discoverHooks(context, request.directory)
  const parts = [
    ...TREES.map((folder) => renderFolder(context, request, seen, folder)),
    ...hooks.map((hook) => renderScript(context, request, seen, hook.template)),
  ]
  return {
    files: parts.flatMap(({ files }) => files),
    warnings: parts.flatMap(({ warnings }) => warnings),
    logs: parts.flatMap(({ logs }) => logs),
  }
}

/** With its whole folder where templates may include each other. */
function renderOne(context: Context, request: RenderPlanRequest, seen: MockContext, template: string): RenderedPlan {
  const relative = path.relative(request.directory, template)
  const folder = TREES.find((name) => relative.startsWith(`${name}/`))
  if (folder === undefined) return renderScript(context, request, seen, template)
  const { files, warnings, logs } = renderFolder(context, request, seen, folder)
  const found = files.filter((file) => file.path === relative)
  // A link is none of the folder's templates, but may be looked at.
  if (found.length === 0) return renderScript(context, request, seen, template)
  return {
    files: found,
    warnings: warnings.filter((warning) => warning.path === relative),
    logs,
  }
}

/** Folders whose templates share one registry. */
const TREES = ["config", "config_install"] as const

function renderFolder(context: Context, request: RenderPlanRequest, seen: MockContext, folder: string): RenderedPlan {
  const { files, ...said } = planTree(context, {
    from: `${request.directory}/${folder}`,
    to: NOWHERE,
    context: folder === "config" ? seen.runtime : seen.install,
    options: { mode: request.mode },
  })
  return { files: files.map((file) => ({ path: `${folder}/${file.path}`, bytes: file.bytes })), ...said }
}

/** A hook, or a template that stands alone: no other template can be included. */
function renderScript(context: Context, request: RenderPlanRequest, seen: MockContext, template: string): RenderedPlan {
  const { bytes, warnings, logs } = planHook(context, {
    from: template,
    to: `${NOWHERE}/file`,
    context: isInstallHook(template) ? seen.install : seen.runtime,
    mode: 0o750,
    options: { mode: request.mode },
  })
  return { files: [{ path: path.relative(request.directory, template), bytes }], warnings, logs }
}

/** Nothing is there: what is rendered is not compared with anything. */
const NOWHERE = "/nonexistent/hab-plan-render"

function isInstallHook(template: string): boolean {
  return /\/hooks\/(?:un)?install(?:\.[^./]*)?$/.test(template)
}

function contextFor(context: Context, request: RenderPlanRequest): MockContext {
  const { defaultToml, userToml, mockData, values, members } = request
  const defaults = readFileLayer(context, "default", defaultToml)?.table ?? new Map<string, ConfigValue>()
  const user = userToml === undefined ? undefined : readFileLayer(context, "user", userToml)?.table
  if (userToml !== undefined && user === undefined) throw missing(userToml)
  return mockContext(context, {
    values,
    name: path.basename(request.directory),
    config: user === undefined ? defaults : mergeConfig(defaults, user),
    mock: mockData === undefined ? new Map() : readMock(context, mockData),
    members,
  })
}

function readMock({ files }: Context, file: string): ConfigTable {
  if (files.stat(file)?.kind !== "file") throw missing(file)
  const mock: JsonValue = parseJson(decodeConfig(files.readFile(file), file), file)
  if (isConfigTable(mock as ConfigValue)) return mock as ConfigTable
  throw new HabError("JSON_INVALID", `${file} holds no JSON object`, { hint: 'it is written {"cfg": {"port": 80}}' })
}

function missing(file: string): HabError {
  return new HabError("USAGE", `there is no file ${file}`, { hint: "paths begin at the folder hab is called in" })
}
