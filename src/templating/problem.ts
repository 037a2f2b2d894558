/** Why a text is no template, at an offset of it. Caught where the file is known and turned into TEMPLATE_INVALID. */
export class TemplateProblem extends Error {
  readonly offset: number
  readonly hint: string | undefined

  constructor(offset: number, message: string, hint?: string) {
    super(message)
    this.offset = offset
    this.hint = hint
  }
}
