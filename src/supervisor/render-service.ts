import { type Layout, servicePaths } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import { loadConfig } from "../config/layers.ts"
import type { ConfigTable } from "../config/value.ts"
import { compileHooks, refreshRunFile } from "../hooks/compile.ts"
import { scriptOwner, serviceOwner } from "../hooks/credentials.ts"
import { createServiceDirectories } from "../hooks/service-directories.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import type { TemplateContext } from "../templating/values.ts"
import { renderTree } from "../templating/write-changed.ts"
import type { Release } from "./release.ts"
import type { Changes } from "./service/change-response.ts"

export type RenderContext = Readonly<{
  files: FileSystem
  users: Users
  layout: Layout
  env: Readonly<Record<string, string>>
  report: Report
}>

/** The merged configuration of a service. Throws TOML_INVALID, CONFIG_ENV_INVALID, CONFIG_TOO_DEEP. */
export function configOf(context: RenderContext, name: string, release: Release): ConfigTable {
  const { value } = loadConfig(context, {
    packageName: name,
    defaultToml: `${release.templates}/default.toml`,
    userToml: servicePaths(context.layout, name).userConfig,
  })
  return value
}

/**
 * Renders everything of a service: hooks, the run file and config (spec supervisor §2.5, §5.6). Writes only what differs
 * and says what that was. Throws what templates and directories throw; what was there before then stays.
 */
export function renderService(
  context: RenderContext,
  service: Readonly<{ name: string; release: Release; data: TemplateContext }>,
): Changes {
  const { name, release, data } = service
  const { credentials } = release
  const paths = servicePaths(context.layout, name)
  createServiceDirectories(context, { name, credentials })
  const owner = ownedBy(scriptOwner(context.users.current, credentials))
  const hooks = release.hooks.filter((hook) => hook.file !== "install" && hook.file !== "uninstall")
  const compiled = compileHooks(context, { service: name, hooks, context: data, ...owner })
  for (const { problem } of compiled.failed) context.report({ tag: "warning", text: problem })
  refreshRunFile(context, {
    service: name,
    hasRunHook: hooks.some((hook) => hook.file === "run"),
    packageRun: `${release.pkg.path}/run`,
    ...owner,
  })
  const tree = renderTree(context, {
    from: `${release.templates}/config`,
    to: paths.config,
    context: data,
    ...ownedBy(serviceOwner(credentials)),
  })
  for (const warning of tree.warnings) {
    context.report({ tag: "warning", text: `${warning.path}:${warning.line}:${warning.column}: ${warning.message}` })
  }
  for (const file of tree.changed)
    context.report({ tag: "note", text: `Modified configuration file ${paths.config}/${file}` })
  return { hooks: compiled.changed, config: tree.changed }
}

function ownedBy<O>(owner: O | undefined): { owner?: O } {
  return owner === undefined ? {} : { owner }
}
