/** The parser alone: 45 KB of bundle, where the whole library is 90 KB and brings a compiler we do not use. */
declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  export type Position = { line: number; column: number }
  export type Location = { start: Position; end: Position }

  export type PathExpression = {
    type: "PathExpression"
    data: boolean
    depth: number
    parts: string[]
    original: string
    loc: Location
  }
  export type Literal = {
    type: "StringLiteral" | "NumberLiteral" | "BooleanLiteral" | "NullLiteral" | "UndefinedLiteral"
    original?: unknown
    loc: Location
  }
  export type SubExpression = { type: "SubExpression"; loc: Location } & Invocation
  export type Expression = PathExpression | Literal | SubExpression
  export type Hash = { pairs: { key: string; value: Expression }[] }
  export type Invocation = { path: PathExpression | Literal; params: Expression[]; hash?: Hash }

  export type Program = { body: Statement[]; blockParams?: string[]; chained?: boolean }
  export type Block = Invocation & { program: Program; inverse?: Program; loc: Location }
  type PartialCall = { name: Expression; params: Expression[]; hash?: Hash; loc: Location }
  export type Statement =
    | { type: "ContentStatement"; loc: Location }
    | { type: "CommentStatement"; loc: Location }
    | ({ type: "MustacheStatement"; loc: Location } & Invocation)
    | ({ type: "Decorator"; loc: Location } & Invocation)
    | ({ type: "BlockStatement" } & Block)
    | ({ type: "DecoratorBlock" } & Block)
    | ({ type: "PartialStatement" } & PartialCall)
    | ({ type: "PartialBlockStatement"; program: Program } & PartialCall)

  export function parseWithoutProcessing(text: string): Program
  export const parser: {
    parseError: (message: string, details: { text: string; token: string; expected?: string[] }) => never
    lexer: { yylloc: { first_line: number; first_column: number } }
  }
}
