import type { FileSystem } from "../ports/file-system.ts"
import type { RenderOptions, TemplateWarning } from "./engine.ts"
import type { TemplateContext } from "./values.ts"

export type Owner = Readonly<{ uid: number; gid: number }>

export type RenderTreeRequest = Readonly<{
  /** Host directory of the templates; a missing one renders nothing. */
  from: string
  /** Host directory to render into; created when missing. */
  to: string
  context: TemplateContext
  /** Default 0o740 (spec supervisor §5.6). */
  fileMode?: number
  /** Mode of directories created on the way. Default 0o770. */
  directoryMode?: number
  /** Given to files and new directories; needs the privilege. */
  owner?: Owner
  options?: RenderOptions
}>

export type RenderTreeResult = Readonly<{
  /** Files whose content is new or different, relative to `to`, in byte order. */
  changed: readonly string[]
  unchanged: readonly string[]
  warnings: readonly TemplateWarning[]
}>

/**
 * Renders every regular file below `from` to the same relative path below `to`, writing atomically and only what differs
 * (spec supervisor §5.6). Everything is rendered before anything is written. Throws TEMPLATE_INVALID,
 * TEMPLATE_RENDER_FAILED, TEMPLATE_TOO_LARGE, and RENDER_TARGET_INVALID when a directory or symlink is in the way.
 */
export function renderTree(context: Readonly<{ files: FileSystem }>, request: RenderTreeRequest): RenderTreeResult {
  throw new Error(`not written yet ${typeof context} ${request.from}`)
}

export type RenderHookRequest = Readonly<{
  /** Host path of the hook's template. */
  from: string
  /** Host path of the compiled hook. */
  to: string
  context: TemplateContext
  /** 0o750 (decisions J). */
  mode: number
  owner?: Owner
  options?: RenderOptions
}>

/** Renders one hook, with a partials registry of its own. Throws as `renderTree`; the old file then stays. */
export function renderHook(
  context: Readonly<{ files: FileSystem }>,
  request: RenderHookRequest,
): Readonly<{ outcome: "changed" | "unchanged"; warnings: readonly TemplateWarning[] }> {
  throw new Error(`not written yet ${typeof context} ${request.from}`)
}
