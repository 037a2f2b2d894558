import {
  type Block,
  parser as grammar,
  type Program as ParsedProgram,
  type Position,
  parseWithoutProcessing,
  type Statement,
} from "handlebars/dist/cjs/handlebars/compiler/base.js"
import { assert, required } from "../base/assert.ts"
import { indexLines, type TextPlace } from "../config/text-place.ts"
import type { Program, TemplateNode } from "./ast.ts"
import { checkBlocks } from "./balance.ts"
import { type ExpressionReader, readCall, readExpression, readHash, readLiteralText } from "./expressions.ts"
import { normalizeTags } from "./normalize.ts"
import { TemplateProblem } from "./problem.ts"
import { scanTemplate, type Tag } from "./scan.ts"
import { partialIndent, trimTexts } from "./whitespace.ts"

/** A template text as a tree. Throws TemplateProblem. */
export function parseTemplate(text: string): Program {
  if (!text.includes("{{")) return [{ tag: "text", text }]
  const scanned = scanTemplate(text)
  checkBlocks(text, scanned.tags)
  const lines = indexLines(text)
  const parsed = parse(normalizeTags(text, scanned.tags), lines)
  return new TreeBuilder(text, lines, scanned.tags, trimTexts(text, scanned)).build(parsed)
}

/** What the grammar calls things, in words. */
const EXPECTED: Readonly<Record<string, string>> = {
  ID: "a name",
  STRING: "a value",
  NUMBER: "a value",
  CLOSE: "'}}'",
  CLOSE_UNESCAPED: "'}}}'",
  CLOSE_SEXPR: "')'",
  CLOSE_BLOCK_PARAMS: "'|'",
  EQUALS: "'='",
}

type Lines = ReturnType<typeof indexLines>

function parse(normalized: string, lines: Lines): ParsedProgram {
  const offsetOf = (line: number, column: number) => lines.offsetOf({ line, column: column + 1 })
  grammar.parseError = (_, details) => {
    const { first_line: line, first_column: column } = grammar.lexer.yylloc
    const expected = new Set((details.expected ?? []).map((quoted) => EXPECTED[quoted.replaceAll("'", "")]))
    const wanted = [...expected].filter((word) => word !== undefined)
    const met = details.text.trim() === "" ? "the end of the tag" : `'${details.text.trim()}'`
    const instead = wanted.length === 0 ? "" : `; expected ${wanted.join(" or ")}`
    throw new TemplateProblem(offsetOf(line, column), `${met} makes no sense here${instead}`)
  }
  try {
    return parseWithoutProcessing(normalized)
  } catch (error) {
    const { lineNumber, column, message } = error as Error & { lineNumber?: number; column?: number }
    // What it says of a block's else part carries no place: the first such block is as near as we get.
    if (lineNumber === undefined && "description" in (error as object)) {
      throw new TemplateProblem(Math.max(0, normalized.indexOf("{{#*")), message)
    }
    if (lineNumber === undefined) throw error
    throw new TemplateProblem(offsetOf(lineNumber, column ?? 0), message.replace(/ - \d+:\d+$/, ""))
  }
}

/** Puts tags and the texts between them together: the parser says what a tag means, the scan what is printed around it. */
class TreeBuilder {
  readonly #text: string
  readonly #lines: Lines
  readonly #tags: readonly Tag[]
  readonly #texts: readonly string[]
  readonly #reader: ExpressionReader
  #next = 0

  constructor(text: string, lines: Lines, tags: readonly Tag[], texts: readonly string[]) {
    const offsetOf = ({ line, column }: Position) => lines.offsetOf({ line, column: column + 1 })
    this.#text = text
    this.#lines = lines
    this.#tags = tags
    this.#texts = texts
    this.#reader = {
      slice: ({ start, end }) => text.slice(offsetOf(start), offsetOf(end)),
      fail(location, message) {
        throw new TemplateProblem(offsetOf(location.start), message)
      },
    }
  }

  build(parsed: ParsedProgram): Program {
    const program = this.#program(parsed)
    assert(this.#next === this.#tags.length, "every tag of a template has a meaning")
    return program
  }

  /** Begins behind a tag (or at the start) and ends in front of one. */
  #program(parsed: ParsedProgram): Program {
    const nodes: TemplateNode[] = []
    this.#addText(nodes)
    for (const statement of parsed.body) {
      if (statement.type === "ContentStatement" || statement.type === "CommentStatement") continue
      nodes.push(this.#statement(statement))
      this.#addText(nodes)
    }
    return nodes
  }

  /** The text up to the next tag that means something; comments are passed on the way. */
  #addText(nodes: TemplateNode[]): void {
    let text = this.#texts[this.#next] ?? ""
    while (this.#tags[this.#next]?.kind === "comment") {
      this.#next++
      text += this.#texts[this.#next] ?? ""
    }
    if (text !== "") nodes.push({ tag: "text", text })
  }

  #takeTag(): { tag: Tag; place: TextPlace } {
    const tag = required(this.#tags[this.#next], "a tag")
    this.#next++
    return { tag, place: this.#lines.placeAt(tag.start) }
  }

  #statement(statement: Exclude<Statement, { type: "ContentStatement" | "CommentStatement" }>): TemplateNode {
    switch (statement.type) {
      case "MustacheStatement":
        this.#takeTag()
        return { tag: "output", expression: readCall(this.#reader, statement, statement.loc) }
      case "BlockStatement":
        this.#takeTag()
        return this.#block(statement, true)
      case "DecoratorBlock":
        return this.#inline(statement)
      case "PartialStatement":
        return this.#partial(statement, undefined)
      case "PartialBlockStatement":
        return this.#partial(statement, statement.program)
      case "Decorator":
        return this.#reader.fail(statement.loc, 'decorators are not supported; only {{#*inline "name"}} is')
    }
  }

  #block(block: Block, takesClose: boolean): TemplateNode {
    const call = readCall(this.#reader, block, block.loc, true)
    const body = this.#program(block.program)
    const inverse = block.inverse === undefined ? undefined : this.#inverse(block.inverse)
    if (takesClose) this.#takeTag()
    return { tag: "block", call, params: block.program.blockParams ?? [], body, inverse }
  }

  #inverse(inverse: ParsedProgram): Program {
    this.#takeTag()
    const [chained] = inverse.body
    // `{{else if x}}` is one tag: it opens the inner block and shares the closing tag of the outer one.
    if (inverse.chained === true && chained?.type === "BlockStatement") return [this.#block(chained, false)]
    return this.#program(inverse)
  }

  #inline(block: Block): TemplateNode {
    const { place } = this.#takeTag()
    const name = readCall(this.#reader, block, block.loc, true)
    const [first] = name.params
    if (name.name !== "inline") this.#reader.fail(block.loc, `the decorator '${name.name}' is not defined`)
    if (first?.tag !== "literal" || typeof first.value !== "string") {
      return this.#reader.fail(block.loc, 'an inline partial needs a name in quotes: {{#*inline "name"}}')
    }
    const body = this.#program(block.program)
    this.#takeTag()
    return { tag: "inline", name: first.value, body, place }
  }

  #partial(
    statement: Extract<Statement, { type: "PartialStatement" | "PartialBlockStatement" }>,
    program: ParsedProgram | undefined,
  ): TemplateNode {
    const { tag, place } = this.#takeTag()
    const [context, ...others] = statement.params.map((param) => readExpression(this.#reader, param))
    if (others.length > 0) this.#reader.fail(statement.loc, "a partial takes one context at most")
    const name = readLiteralText(statement.name) ?? readExpression(this.#reader, statement.name)
    const indent = program === undefined ? partialIndent(this.#text, tag) : ""
    const body = program === undefined ? undefined : this.#program(program)
    if (program !== undefined) this.#takeTag()
    return {
      tag: "partial",
      call: { name, context, hash: readHash(this.#reader, statement.hash) },
      indent,
      body,
      place,
    }
  }
}
