import { Buffer } from "node:buffer"
import { describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, servicePaths } from "../base/layout.ts"
import type { Report } from "../base/progress.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { RenderOptions, TemplateWarning } from "../templating/engine.ts"
import { compareFile, replaceFile } from "../templating/replace-file.ts"
import type { TemplateContext } from "../templating/values.ts"
import { type Owner, renderHook } from "../templating/write-changed.ts"
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
  failed: readonly Readonly<{ file: HookFile; problem: string }>[]
}>

/** Renders the hooks of a service to `svc/<name>/hooks/` (spec supervisor §2.5). One that fails does not stop the others. */
export function compileHooks(context: CompileContext, request: CompileRequest): CompiledHooks {
  const changed: HookFile[] = []
  const failed: { file: HookFile; problem: string }[] = []
  for (const hook of request.hooks) {
    try {
      if (compileHook(context, request, hook) === "changed") changed.push(hook.file)
    } catch (error) {
      failed.push({ file: hook.file, problem: `Failed to compile ${hook.file} hook: ${describeProblem(error)}` })
    }
  }
  if (changed.length > 0) context.report({ tag: "note", text: "Hooks recompiled" })
  return { changed, failed }
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
