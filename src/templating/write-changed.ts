import { Buffer } from "node:buffer"
import { posix as path } from "node:path"
import type { FileSystem } from "../ports/file-system.ts"
import type { RenderOptions, TemplateWarning } from "./engine.ts"
import { compareFile, type FileChange, makeDirectoriesBelow, type Owner, replaceFile } from "./replace-file.ts"
import { readTemplateFile, readTemplateFiles, type TemplateFile } from "./template-files.ts"
import type { TemplateContext } from "./values.ts"

export type { Owner } from "./replace-file.ts"

/** Config files may hold passwords: their owner and group only (spec supervisor §5.6, decisions J). */
const FILE_MODE = 0o740
const DIRECTORY_MODE = 0o770

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
  options?: Omit<RenderOptions, "partials">
}>

/** A rendered file that is not written yet. */
export type RenderedFile = Readonly<{ path: string; bytes: Uint8Array; change: FileChange }>

export type RenderTreeResult = Readonly<{
  /** Files whose content is new or different, relative to `to`, in byte order. */
  changed: readonly string[]
  /** Those of them that were not there before. */
  added: readonly string[]
  unchanged: readonly string[]
  warnings: readonly TemplateWarning[]
}>

/**
 * Renders every regular file below `from` to the same relative path below `to`, writing atomically and only what differs
 * or is open to more than it should be (spec supervisor §5.6). Everything is rendered before anything is written. Throws TEMPLATE_INVALID,
 * TEMPLATE_RENDER_FAILED, TEMPLATE_TOO_LARGE, IO, and RENDER_TARGET_INVALID when a directory or symlink is in the way.
 */
export function renderTree(context: Readonly<{ files: FileSystem }>, request: RenderTreeRequest): RenderTreeResult {
  const { files, warnings } = planTree(context, request)
  writeTree(context, request, files)
  const having = (...changes: readonly FileChange[]) =>
    files.filter(({ change }) => changes.includes(change)).map((file) => file.path)
  return {
    changed: having("new", "modified"),
    added: having("new"),
    unchanged: having("too-open", "unchanged"),
    warnings,
  }
}

/**
 * Writes what `planTree` found to differ. `onWritten` hears of every file whose content is another, as soon as it is: who
 * has to act on it knows when a later file cannot be written. Throws IO and RENDER_TARGET_INVALID.
 */
export function writeTree(
  context: Readonly<{ files: FileSystem }>,
  request: Pick<RenderTreeRequest, "to" | "fileMode" | "directoryMode" | "owner">,
  files: readonly RenderedFile[],
  onWritten: (path: string) => void = () => undefined,
): void {
  const { to, owner, directoryMode = DIRECTORY_MODE, fileMode = FILE_MODE } = request
  const written = files.filter(({ change }) => change !== "unchanged")
  for (const directory of new Set(written.map((file) => path.dirname(`${to}/${file.path}`)))) {
    makeDirectoriesBelow(context, to, directory, { mode: directoryMode, owner })
  }
  for (const file of written) {
    replaceFile(context, `${to}/${file.path}`, { bytes: file.bytes, mode: fileMode, owner })
    if (file.change !== "too-open") onWritten(file.path)
  }
}

/** Everything of a tree as it would be written. */
export type TreePlan = Readonly<{
  files: readonly RenderedFile[]
  warnings: readonly TemplateWarning[]
  /** What `{{log}}` said. */
  logs: readonly string[]
}>

/** What `renderTree` would write, without writing: for dry runs and comparisons. Throws as it does. */
export function planTree(
  context: Readonly<{ files: FileSystem }>,
  request: Pick<RenderTreeRequest, "from" | "to" | "context" | "fileMode" | "options">,
): TreePlan {
  const sources = readTemplateFiles(context, request.from)
  const templates = sources.flatMap((file) => ("template" in file ? [[file.path, file.template] as const] : []))
  const options = { ...request.options, partials: new Map(templates) }
  // A template that others include is a file of its own as well, but its names may be parameters: no reason to complain.
  const included = new Set(templates.flatMap(([, template]) => template.includes))
  const lenient = { ...options, mode: "lenient" } as const
  const said: Said = { warnings: [], logs: [] }
  const files = sources.map((file) => {
    const bytes = included.has(file.path)
      ? render(file, request.context, lenient, { warnings: [], logs: [] })
      : render(file, request.context, options, said)
    const wanted = { bytes, mode: request.fileMode ?? FILE_MODE }
    return { path: file.path, bytes, change: compareFile(context, `${request.to}/${file.path}`, wanted) }
  })
  return { files, ...said }
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
  options?: Omit<RenderOptions, "partials">
}>

/** Renders one hook, with a partials registry of its own. Throws as `renderTree`; the old file then stays. */
export function renderHook(
  context: Readonly<{ files: FileSystem }>,
  request: RenderHookRequest,
): Readonly<{ outcome: "changed" | "unchanged"; warnings: readonly TemplateWarning[] }> {
  const { bytes, change, warnings } = planHook(context, request)
  if (change !== "unchanged") {
    replaceFile(context, request.to, { bytes, mode: request.mode, owner: request.owner })
  }
  return { outcome: change === "new" || change === "modified" ? "changed" : "unchanged", warnings }
}

/** What `renderHook` would write, without writing. Throws as it does. */
export function planHook(
  context: Readonly<{ files: FileSystem }>,
  request: Omit<RenderHookRequest, "owner">,
): Pick<RenderedFile, "bytes" | "change"> & Omit<TreePlan, "files"> {
  const file = readTemplateFile(context, request.from)
  const said: Said = { warnings: [], logs: [] }
  const bytes = render(file, request.context, { ...request.options }, said)
  return { bytes, change: compareFile(context, request.to, { bytes, mode: request.mode }), ...said }
}

type Said = { readonly warnings: TemplateWarning[]; readonly logs: string[] }

function render(file: TemplateFile, context: TemplateContext, options: RenderOptions, said: Said): Uint8Array {
  if (!("template" in file)) return file.bytes
  const result = file.template.render(context, options)
  said.warnings.push(...result.warnings)
  said.logs.push(...result.logs)
  return Buffer.from(result.text)
}
