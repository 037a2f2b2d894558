import { Buffer } from "node:buffer"
import { describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, servicePaths } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { RenderOptions, TemplateWarning } from "../templating/engine.ts"
import { compareFile, type FileChange, replaceFile } from "../templating/replace-file.ts"
import type { TemplateContext } from "../templating/values.ts"
import { type Owner, planHook, renderHook } from "../templating/write-changed.ts"
import type { DiscoveredHook } from "./discover.ts"
import type { HookFile } from "./events.ts"
import { renderedHook } from "./script-command.ts"

/** They hold passwords: for their owner and the service's group only (decisions J). */
const HOOK_MODE = 0o750

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

export type CompiledHooks = Readonly<{
  /** Hooks whose text is new or different. */
  changed: readonly HookFile[]
  /** Hooks that could not be rendered; what an earlier rendering left stays and is used. */
  failed: readonly FailedHook[]
}>

export type FailedHook = Readonly<{ file: HookFile; problem: string }>

/** A hook that is rendered and not written yet. `to` is its host path. */
export type RenderedHook = Readonly<{ file: HookFile; to: string; bytes: Uint8Array; change: FileChange }>

/** What `compileHooks` would write. */
export type HookPlan = Readonly<{
  hooks: readonly RenderedHook[]
  failed: readonly FailedHook[]
  warnings: readonly TemplateWarning[]
}>

/** Renders the hooks of a service to `svc/<name>/hooks/` (spec supervisor §2.5). One that fails does not stop the others. */
export function compileHooks(context: CompileContext, request: CompileRequest): CompiledHooks {
  const { hooks, failed, warnings } = planHooks(context, request)
  for (const warning of warnings) context.report(describeWarning(warning))
  const changed: HookFile[] = []
  writeHooks(context, hooks, request.owner, (file) => changed.push(file))
  return { changed, failed }
}

/** Renders the hooks of a service without writing them. */
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

/**
 * Copies what the service executes to `svc/<name>/run`: the rendered run hook, or without one the package's `run` file,
 * whose host path is `packageRun`. Throws RUN_FILE_MISSING.
 */
export function refreshRunFile(
  { files, layout }: Readonly<{ files: FileSystem; layout: Layout }>,
  request: Readonly<{ service: string; hasRunHook: boolean; packageRun: string; owner?: Owner }>,
): "changed" | "unchanged" {
  const { service, owner } = request
  const from = request.hasRunHook ? renderedHook(layout, service, "run").host : request.packageRun
  const text = files.readTextIfPresent(from)
  if (text === undefined) {
    throw new HabError("RUN_FILE_MISSING", `Error finding run file of ${service}: there is no ${from}`, {
      hint: "a service needs a hooks/run file that renders, or pkg_svc_run in its plan",
    })
  }
  const to = servicePaths(layout, service).run
  const bytes = Buffer.from(text)
  const change = compareFile({ files }, to, { bytes, mode: HOOK_MODE })
  if (change === "unchanged") return change
  replaceFile({ files }, to, { bytes, mode: HOOK_MODE, owner })
  return change === "too-open" ? "unchanged" : "changed"
}

/** What a template's author is told about a place in it. */
export function describeWarning(warning: TemplateWarning) {
  const text = `${warning.path}:${warning.line}:${warning.column}: ${warning.message}`
  return { tag: "warning", text, ...(warning.hint === undefined ? {} : { hint: warning.hint }) } as const
}

function describeProblem(error: unknown): string {
  if (error instanceof HabError) return error.message
  if (isSystemError(error)) return describeSystemError(error)
  throw error
}
