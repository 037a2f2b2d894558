import { HabError } from "../base/errors.ts"
import { indexLines } from "../config/text-place.ts"
import type { Program } from "./ast.ts"
import { codeFrame } from "./code-frame.ts"
import { compileProgram } from "./compile.ts"
import { parseTemplate } from "./parse.ts"
import { TemplateProblem } from "./problem.ts"
import { includedNames } from "./program-nodes.ts"
import {
  RENDER_LIMITS,
  RenderFailure,
  type RenderLimits,
  type RenderState,
  type Run,
  type TemplateWarning,
} from "./render-state.ts"
import { rootScope } from "./scope.ts"
import type { TemplateContext } from "./values.ts"

export type { TemplateWarning } from "./render-state.ts"

/** Text to compile. `path` names it in every message. */
export type TemplateSource = Readonly<{ path: string; text: string }>

export type RenderOptions = Readonly<{
  /** `strict`: an undefined variable is an error instead of a warning. Default: lenient, as Habitat. */
  mode?: "lenient" | "strict"
  /** Templates that `{{> name}}` may include, by name: all config templates of a package share one registry. */
  partials?: ReadonlyMap<string, Template>
  /**
   * The packages directory as the package sees it, for `pkgPathFor`. Default: where `pkg.path` says packages are,
   * or `/hab/pkgs`.
   */
  packagesRoot?: string
  /** Default: RENDER_LIMITS. */
  limits?: RenderLimits
}>

export type RenderResult = Readonly<{
  text: string
  warnings: readonly TemplateWarning[]
  /** What `{{log}}` said, one line each. */
  logs: readonly string[]
}>

/** A compiled template; compiled once per content, rendered any number of times. */
export type Template = Readonly<{
  path: string
  /** The tree it was compiled from, for those who look at templates without rendering them. */
  program: Program
  /** Names of the templates it includes. */
  includes: readonly string[]
  /** Renders into the rendering of a template that includes this one. */
  run: Run
  /**
   * Renders. Throws TEMPLATE_RENDER_FAILED, or TEMPLATE_TOO_LARGE when output or work pass their bounds; both name
   * file, line and column.
   */
  render(context: TemplateContext, options?: RenderOptions): RenderResult
}>

/** Templates compiled before, by path and text: services re-render far more often than their templates change. */
const compiled = new Map<string, Template>()
const COMPILED_MAX = 500
/** Larger ones are rare, and not worth keeping for ever. */
const COMPILED_TEXT_MAX = 256 * 1024

/** Compiles a template, once per content. Throws TEMPLATE_INVALID with file:line:column. */
export function compileTemplate(source: TemplateSource): Template {
  if (source.text.length > COMPILED_TEXT_MAX) return compile(source)
  const key = `${source.path}\0${source.text}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const template = compile(source)
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value ?? "")
  compiled.set(key, template)
  return template
}

function compile({ path, text }: TemplateSource): Template {
  const program = parse(path, text)
  const run = compileProgram(path, program, { line: 1, column: 1 })
  const includes = includedNames(program)
  return { path, program, includes, run, render: (context, options = {}) => render(run, context, options) }
}

function parse(path: string, text: string): Program {
  try {
    return parseTemplate(text)
  } catch (error) {
    if (!(error instanceof TemplateProblem)) throw error
    const place = indexLines(text).placeAt(error.offset)
    const where = `${path}:${place.line}:${place.column}`
    throw new HabError("TEMPLATE_INVALID", `${where}: ${error.message}\n${codeFrame(text, place)}`, {
      problems: [{ where, message: error.message }],
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

function render(run: Run, root: TemplateContext, options: RenderOptions): RenderResult {
  const state: RenderState = {
    out: "",
    steps: 0,
    limits: options.limits ?? RENDER_LIMITS,
    root,
    packagesRoot: options.packagesRoot,
    partials: options.partials ?? new Map(),
    inlines: new Map(),
    partialBlock: undefined,
    stack: [run],
    warnings: new Map(),
    logs: [],
  }
  try {
    run(state, rootScope(root))
  } catch (error) {
    throw error instanceof RenderFailure ? explain(error) : error
  }
  const warnings = [...state.warnings.values()]
  if (options.mode === "strict" && warnings.length > 0) throw strictFailure(warnings)
  return { text: state.out, warnings, logs: state.logs }
}

function explain({ code, path, place, message, hint }: RenderFailure): HabError {
  const where = `${path}:${place.line}:${place.column}`
  return new HabError(code, `${where}: ${message}`, {
    problems: [{ where, message }],
    ...(hint === undefined ? {} : { hint }),
  })
}

function strictFailure(warnings: readonly TemplateWarning[]): HabError {
  const problems = warnings.map(({ path, line, column, message, hint }) => ({
    where: `${path}:${line}:${column}`,
    message: hint === undefined ? message : `${message}; ${hint}`,
  }))
  const [first] = problems
  return new HabError("TEMPLATE_RENDER_FAILED", `${first?.where}: ${first?.message}`, {
    problems,
    hint: "define it in default.toml, or test it with {{#if}}; template mode 'lenient' only warns",
  })
}
