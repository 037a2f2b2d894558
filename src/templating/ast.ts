import type { TextPlace } from "../config/text-place.ts"
import type { TemplateValue } from "./values.ts"

/** A parsed template: our own form, free of what the parser's grammar and the reference's meaning disagree about. */
export type TemplateNode =
  | Readonly<{ tag: "text"; text: string }>
  | Readonly<{ tag: "output"; expression: Expression }>
  | Readonly<{ tag: "block"; call: Call; params: readonly string[]; body: Program; inverse: Program | undefined }>
  | Readonly<{ tag: "partial"; call: PartialCall; indent: string; body: Program | undefined; place: TextPlace }>
  /** `{{#*inline "name"}}`: a partial defined where it stands. */
  | Readonly<{ tag: "inline"; name: string; body: Program; place: TextPlace }>

export type Program = readonly TemplateNode[]

export type Path = Readonly<{
  tag: "path"
  /** As written. */
  raw: string
  parts: readonly string[]
  /** How many `../` lead it. */
  depth: number
  /** `@index` and its like; `@root` is `root`; `here` begins with `this` or `./`, so no block parameter is meant. */
  base: "scope" | "here" | "local" | "root"
  place: TextPlace
}>

export type Literal = Readonly<{ tag: "literal"; value: TemplateValue; place: TextPlace }>

export type Call = Readonly<{
  tag: "call"
  name: string
  params: readonly Expression[]
  hash: readonly (readonly [key: string, value: Expression])[]
  place: TextPlace
}>

export type Expression = Path | Literal | Call

/** `{{> name context key=value}}`; a name in parentheses is computed. */
export type PartialCall = Readonly<{
  name: string | Expression
  context: Expression | undefined
  hash: Call["hash"]
}>
