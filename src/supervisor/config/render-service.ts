import { type Layout, servicePaths } from "../../base/layout.ts"
import type { Report } from "../../base/progress.ts"
import { type HookPlan, planHooks, writeHooks } from "../../hooks/compile.ts"
import { scriptOwner, serviceOwner } from "../../package/credentials.ts"
import { createServiceDirectories } from "../../package/service-directories.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { Users } from "../../ports/users.ts"
import type { TemplateWarning } from "../../templating/engine.ts"
import type { TemplateContext } from "../../templating/values.ts"
import { describeWarning } from "../../templating/warnings.ts"
import { planTree, type RenderedFile, type TreePlan, writeTree } from "../../templating/write-changed.ts"
import type { Release } from "../release.ts"
import { refreshRunFile } from "../run-file.ts"
import type { Changes } from "../service/change-response.ts"
import type { TemplateMode } from "../spec/spec.ts"

export type RenderContext = Readonly<{
  files: FileSystem
  users: Users
  layout: Layout
  env: Readonly<Record<string, string>>
  report: Report
  /** What the last rendering warned of; each rendering leaves its own here. */
  warned: Set<string>
}>

/** What is rendered, and from what. */
export type RenderSubject = Readonly<{ name: string; release: Release; data: TemplateContext; mode: TemplateMode }>

/** Everything of a service as it would be written now. */
export type ServicePlan = Readonly<{ hooks: HookPlan; config: TreePlan }>

/**
 * Renders hooks and config of a service without writing anything (spec supervisor §2.5, §5.6). Throws what templates and
 * what is in the way of their files throw; a hook that cannot be rendered is in `hooks.failed`.
 */
export function planService(
  context: Pick<RenderContext, "files" | "layout">,
  { name, release, data, mode }: RenderSubject,
): ServicePlan {
  const options = { mode }
  const hooks = release.hooks.filter((hook) => hook.file !== "install" && hook.file !== "uninstall")
  return {
    hooks: planHooks(context, { service: name, hooks, context: data, options }),
    config: planTree(context, {
      from: `${release.templates}/config`,
      to: servicePaths(context.layout, name).config,
      context: data,
      options,
    }),
  }
}

/** What a plan changes of what is there. */
export function changesOf({ hooks, config }: ServicePlan): Changes {
  return {
    hooks: hooks.hooks.filter(isChange).map(({ file }) => file),
    config: config.files.filter(isChange).map(({ path }) => path),
  }
}

/**
 * Renders everything of a service: hooks, the run file and config; a command service has directories only. All is
 * rendered before the first file is written, and only what differs is. `onChange` hears of each file once it is written:
 * who has to act on it knows when a later one cannot be. Throws what `planService` and directories throw; what was there before then stays.
 */
export function renderService(
  context: RenderContext,
  subject: RenderSubject,
  onChange: (written: Changes) => void,
): void {
  const { name, release } = subject
  const { credentials } = release
  createServiceDirectories(context, { name, credentials })
  if (release.command !== undefined) return
  const plan = planService(context, subject)
  warnOnce(context, [...plan.hooks.warnings, ...plan.config.warnings])
  for (const { problem } of plan.hooks.failed) context.report({ tag: "warning", text: problem })
  const owner = scriptOwner(context.users.current, credentials)
  writeHooks(context, plan.hooks.hooks, owner, (file) => onChange({ hooks: [file], config: [] }))
  refreshRunFile(context, {
    service: name,
    hasRunHook: release.hooks.some((hook) => hook.file === "run"),
    packageRun: `${release.pkg.path}/run`,
    ...ownedBy(owner),
  })
  const to = servicePaths(context.layout, name).config
  const added = new Set(plan.config.files.filter(({ change }) => change === "new").map(({ path }) => path))
  writeTree(context, { to, ...ownedBy(serviceOwner(credentials)) }, plan.config.files, (file) => {
    const verb = added.has(file) ? "Created" : "Modified"
    context.report({ tag: "note", text: `${verb} configuration file ${to}/${file}` })
    onChange({ hooks: [], config: [file] })
  })
}

/** Says what the rendering before did not say; a mistake that was mended and comes back is told anew. */
function warnOnce({ report, warned }: RenderContext, warnings: readonly TemplateWarning[]): void {
  const facts = warnings.map(describeWarning)
  for (const fact of facts) if (!warned.has(fact.text)) report(fact)
  warned.clear()
  for (const { text } of facts) warned.add(text)
}

function isChange({ change }: Pick<RenderedFile, "change">): boolean {
  return change === "new" || change === "modified"
}

function ownedBy<O>(owner: O | undefined): { owner?: O } {
  return owner === undefined ? {} : { owner }
}
