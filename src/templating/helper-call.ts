import type { TemplateContext, TemplateValue } from "./values.ts"

/** What a helper is called with. */
export type HelperCall = Readonly<{
  params: readonly TemplateValue[]
  /** What templates see at their top level, whatever scope the call stands in. */
  root: TemplateContext
  packagesRoot: string | undefined
  log(line: string): void
}>

export type HelperEntry = Readonly<{
  /** How it is called: `{{strReplace text old new}}`. */
  usage: string
  /** Its contract in one sentence, printed by the reference. */
  summary: string
  /** How many parameters it cannot do without. */
  parameters: number
  run(call: HelperCall): TemplateValue
  /** As a block it chooses between body and else. */
  isCondition?: true
}>

/** Why a helper cannot do its work; the place is added where the call is known. */
export class HelperProblem extends Error {}
