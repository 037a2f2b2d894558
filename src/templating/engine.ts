import type { TemplateContext } from "./values.ts"

/** Text to compile. `path` names it in every message and is its name as a partial. */
export type TemplateSource = Readonly<{ path: string; text: string }>

/** Something that is probably a mistake, at a place in a template. */
export type TemplateWarning = Readonly<{ path: string; line: number; column: number; message: string; hint?: string }>

export type RenderOptions = Readonly<{
  /** `strict`: an undefined variable is an error instead of a warning. Default: lenient, as Habitat. */
  mode?: "lenient" | "strict"
  /** Templates that `{{> name}}` may include, by name: all config templates of a package share one registry. */
  partials?: ReadonlyMap<string, Template>
  /** The packages directory as the package sees it, for `pkgPathFor`. Default: `/hab/pkgs`. */
  packagesRoot?: string
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
  /** Throws TEMPLATE_RENDER_FAILED, or TEMPLATE_TOO_LARGE when output or work pass their bounds. */
  render(context: TemplateContext, options?: RenderOptions): RenderResult
}>

/** Compiles a template. Throws TEMPLATE_INVALID with file:line:column. */
export function compileTemplate(source: TemplateSource): Template {
  throw new Error(`not written yet ${source.path}`)
}
