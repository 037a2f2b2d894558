import { HabError } from "../base/errors.ts"
import { parseToml } from "../config/toml.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { codeFrame } from "./code-frame.ts"
import type { Template } from "./engine.ts"
import { installShape, runtimeShape, type Shape } from "./shapes.ts"
import { findMistakes } from "./static-walk.ts"
import { listTemplateFiles } from "./template-files.ts"
import { compareTexts } from "./values.ts"

/** A mistake in a template that needs no rendering to be seen. */
export type TemplateFinding = Readonly<{
  /** Relative to the plan: `config/redis.conf`. */
  path: string
  line: number
  column: number
  message: string
  hint?: string
  /** The lines around it, with a caret. */
  frame: string
}>

export type CheckTemplatesRequest = Readonly<{
  /** Host path of the folder that holds `default.toml`, `config/`, `config_install/` and `hooks/`. */
  directory: string
  /** Names of the package's binds; undefined where they are not known. */
  binds?: readonly string[]
}>

type Files = Pick<FileSystem, "lstat" | "readDirectory" | "readFile" | "readTextIfPresent" | "readText">

/**
 * Undefined variables, unknown helpers and partials, and text that is no template, in everything a plan renders. A variable
 * that some `{{#if}}`, `{{#unless}}` or `{{#with}}` of the same file asks for may be undefined. Throws TOML_INVALID for
 * default.toml.
 */
export function checkTemplates(
  context: Readonly<{ files: Files }>,
  request: CheckTemplatesRequest,
): readonly TemplateFinding[] {
  const { directory } = request
  const defaults = context.files.readTextIfPresent(`${directory}/default.toml`) ?? ""
  const options = {
    config: parseToml(defaults, `${directory}/default.toml`),
    ...(request.binds === undefined ? {} : { binds: request.binds }),
  }
  const runtime = runtimeShape(options)
  const install = installShape(options)
  return [
    ...checkDirectory(context, `${directory}/config`, () => runtime),
    ...checkDirectory(context, `${directory}/config_install`, () => install),
    ...checkDirectory(context, `${directory}/hooks`, (file) =>
      /^(?:un)?install(?:\.|$)/.test(file) ? install : runtime,
    ),
  ]
}

function checkDirectory(
  context: Readonly<{ files: Files }>,
  directory: string,
  shapeFor: (file: string) => ReadonlyMap<string, Shape>,
): TemplateFinding[] {
  const findings: TemplateFinding[] = []
  const templates = new Map<string, Template>()
  for (const { path, shown, read } of listTemplateFiles(context, directory)) {
    try {
      const file = read()
      if ("template" in file) templates.set(path, file.template)
    } catch (error) {
      findings.push(unreadable(shown, error))
    }
  }
  const sharesPartials = !directory.endsWith("/hooks")
  const partials = sharesPartials ? templates : new Map<string, Template>()
  const included = new Set([...partials.values()].flatMap((template) => template.includes))
  for (const [path, template] of templates) {
    // What others include is seen through their eyes: its names may be parameters.
    if (included.has(path)) continue
    for (const mistake of findMistakes({ root: shapeFor(path), template, partials })) {
      const text = context.files.readText(`${directory}/${mistake.file}`)
      const { line, column } = mistake.place
      const { message, hint } = mistake
      const shown = partials.get(mistake.file)?.path ?? template.path
      findings.push({ path: shown, line, column, message, ...hintOf(hint), frame: codeFrame(text, mistake.place) })
    }
  }
  return unique(findings)
}

function unreadable(shown: string, error: unknown): TemplateFinding {
  if (!(error instanceof HabError) || error.code !== "TEMPLATE_INVALID") throw error
  const [, line = "1", column = "1"] = /:(\d+):(\d+)$/.exec(error.problems[0]?.where ?? "") ?? []
  const message = error.problems[0]?.message ?? error.message
  const frame = error.message.split("\n").slice(1).join("\n")
  return { path: shown, line: Number(line), column: Number(column), message, ...hintOf(error.hint), frame }
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint }
}

/** Partials are seen once per inclusion, but reported once. */
function unique(findings: readonly TemplateFinding[]): TemplateFinding[] {
  const byPlace = new Map(findings.map((found) => [`${found.path}:${found.line}:${found.column}`, found]))
  return [...byPlace.values()].sort((a, b) => compareTexts(a.path, b.path) || a.line - b.line || a.column - b.column)
}
