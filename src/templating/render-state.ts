import type { ErrorCode } from "../base/error-codes.ts"
import type { TextPlace } from "../config/text-place.ts"
import type { Scope } from "./scope.ts"
import type { TemplateContext } from "./values.ts"

/** Something that is probably a mistake, at a place in a template. */
export type TemplateWarning = Readonly<{ path: string; line: number; column: number; message: string; hint?: string }>

/** How much one rendering may take. */
export type RenderLimits = Readonly<{
  /** Characters it prints, values in between included. */
  output: number
  /** Nodes it evaluates. */
  steps: number
}>

/** Far beyond any real template; the steps take about a second. */
export const RENDER_LIMITS: RenderLimits = { output: 64 * 1024 * 1024, steps: 2_000_000 }
/** Partials inside partials. */
export const PARTIALS_MAX = 60

export type Run = (state: RenderState, scope: Scope) => void

/** A named template that can be included. */
export type Includable = Readonly<{ path: string; run: Run }>

/** What one rendering has come to. Changed in place: it lives as long as the call of `render`. */
export type RenderState = {
  out: string
  steps: number
  readonly limits: RenderLimits
  readonly root: TemplateContext
  readonly packagesRoot: string | undefined
  readonly partials: ReadonlyMap<string, Includable>
  readonly inlines: Map<string, Run>
  /** What `{{> @partial-block}}` means, and what it meant outside. */
  partialBlock: PartialBlock | undefined
  /** Templates being rendered, from the outermost. */
  readonly stack: Run[]
  readonly warnings: Map<string, TemplateWarning>
  readonly logs: string[]
}

export type PartialBlock = Readonly<{ run: Run; outer: PartialBlock | undefined }>

/** Why a rendering cannot go on; turned into a HabError at its end. */
export class RenderFailure extends Error {
  readonly code: ErrorCode
  readonly path: string
  readonly place: TextPlace
  readonly hint: string | undefined

  constructor(
    at: Readonly<{ path: string; place: TextPlace }>,
    message: string,
    details: Readonly<{ hint?: string | undefined; code?: ErrorCode }> = {},
  ) {
    super(message)
    this.code = details.code ?? "TEMPLATE_RENDER_FAILED"
    this.path = at.path
    this.place = at.place
    this.hint = details.hint
  }
}

/** Appends to the output, within its bound. */
export function write(state: RenderState, text: string, at: Readonly<{ path: string; place: TextPlace }>): void {
  state.out += text
  if (state.out.length > state.limits.output) {
    const message = `the rendered text grows beyond ${state.limits.output} characters`
    throw new RenderFailure(at, message, { code: "TEMPLATE_TOO_LARGE" })
  }
}

/** Counts work, within its bound. */
export function step(state: RenderState, count: number, at: Readonly<{ path: string; place: TextPlace }>): void {
  state.steps += count
  if (state.steps > state.limits.steps) {
    const message = `rendering takes more than ${state.limits.steps} steps`
    throw new RenderFailure(at, message, { code: "TEMPLATE_TOO_LARGE" })
  }
}
