import { describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError } from "../base/errors.ts"
import { innerPath, type Layout, servicePaths } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { RenderOptions, TemplateWarning } from "../templating/engine.ts"
import { type FileChange, replaceFile } from "../templating/replace-file.ts"
import type { TemplateContext } from "../templating/values.ts"
import { describeWarning } from "../templating/warnings.ts"
import { type Owner, planHook, renderHook } from "../templating/write-changed.ts"
import type { HookDeclaration } from "./declaration.ts"
import type { DiscoveredHook } from "./discover.ts"
import type { HookFile, SubjectKind } from "./events.ts"

/** They hold passwords: for their owner and the service's group only (decisions J). */
export const HOOK_MODE = 0o750

/** A script of a package as a hook of what `subject` is. */
export function declaredScript(
  layout: Layout,
  service: string,
  { file, event, preset: { kind: _kind, ...options } }: DiscoveredHook,
  subject: SubjectKind,
): HookDeclaration {
  const { inner } = renderedHook(layout, service, file)
  const folder = inner.slice(0, inner.lastIndexOf("/"))
  const action = { kind: "script", path: inner } as const
  return { name: file, event, subject, action, options, declaredIn: "package", where: inner, folder }
}

export type CompileContext = Readonly<{ files: FileSystem; layout: Layout; report: Report }>

export type CompileRequest = Readonly<{
  /** The service's, or package's, name. */
  service: string
  hooks: readonly DiscoveredHook[]
  context: TemplateContext
  /** Owner of the rendered scripts: the supervisor's user with the service's group. Needs the privilege. */
  owner?: Owner
  options?: RenderOptions
}>

export type FailedHook = Readonly<{ file: HookFile; problem: string }>

/** Where a rendered hook is: as we open it, and as its process sees it (decisions J). */
export function renderedHook(
  layout: Layout,
  service: string,
  file: HookFile,
): Readonly<{ host: string; inner: string }> {
  const host = `${servicePaths(layout, service).hooks}/${file}`
  return { host, inner: innerPath(layout, host) }
}

/** A hook that is rendered and not written yet. `to` is its host path. */
export type RenderedHook = Readonly<{ file: HookFile; to: string; bytes: Uint8Array; change: FileChange }>

/** The hooks of a service as they would be written. `failed`: what an earlier rendering left of them stays and is used. */
export type HookPlan = Readonly<{
  hooks: readonly RenderedHook[]
  failed: readonly FailedHook[]
  warnings: readonly TemplateWarning[]
}>

/**
 * Renders the hooks of a service for `svc/<name>/hooks/`, without writing them (spec supervisor §2.5). One that fails does
 * not stop the others.
 */
export function planHooks(context: Pick<CompileContext, "files" | "layout">, request: CompileRequest): HookPlan {
  const hooks: RenderedHook[] = []
  const failed: FailedHook[] = []
  const warnings: TemplateWarning[] = []
  for (const hook of request.hooks) {
    const { file } = hook
    const to = renderedHook(context.layout, request.service, file).host
    try {
      const planned = planHook(context, { ...request, from: hook.template, to, mode: HOOK_MODE })
      hooks.push({ file, to, bytes: planned.bytes, change: planned.change })
      warnings.push(...planned.warnings)
    } catch (error) {
      failed.push({ file, problem: `Failed to compile ${file} hook: ${describeProblem(error)}` })
    }
  }
  return { hooks, failed, warnings }
}

/** Writes the hooks that differ, and says so. `onChange` hears of each as soon as it is written. Throws IO. */
export function writeHooks(
  { files, report }: Pick<CompileContext, "files" | "report">,
  hooks: readonly RenderedHook[],
  owner: Owner | undefined,
  onChange: (file: HookFile) => void,
): void {
  const changed = hooks.filter(({ change }) => change === "new" || change === "modified")
  for (const hook of hooks.filter(({ change }) => change !== "unchanged")) {
    replaceFile({ files }, hook.to, { bytes: hook.bytes, mode: HOOK_MODE, owner })
    if (!changed.includes(hook)) continue
    onChange(hook.file)
    report({ tag: "note", text: `Modified hook content in ${hook.to}` })
  }
  if (changed.length > 0) report({ tag: "note", text: "Hooks recompiled" })
}

/** Renders one hook. Throws TEMPLATE_INVALID, TEMPLATE_RENDER_FAILED and system errors; the old file then stays. */
export function compileHook(
  context: CompileContext,
  request: Omit<CompileRequest, "hooks">,
  hook: DiscoveredHook,
): "changed" | "unchanged" {
  const to = renderedHook(context.layout, request.service, hook.file).host
  const { outcome, warnings } = renderHook(context, { ...request, from: hook.template, to, mode: HOOK_MODE })
  for (const warning of warnings) context.report(describeWarning(warning))
  if (outcome === "changed") context.report({ tag: "note", text: `Modified hook content in ${to}` })
  return outcome
}

function describeProblem(error: unknown): string {
  if (error instanceof HabError) return error.message
  if (isSystemError(error)) return describeSystemError(error)
  throw error
}
