import type {
  Hash,
  Invocation,
  Location,
  Expression as ParsedExpression,
  Literal as ParsedLiteral,
  PathExpression,
} from "handlebars/dist/cjs/handlebars/compiler/base.js"
import { type JsonValue, parseJson } from "../config/json.ts"
import type { TextPlace } from "../config/text-place.ts"
import type { Call, Expression, Literal, Path } from "./ast.ts"
import { isHelper } from "./helper-table.ts"
import { restoreSegment } from "./normalize.ts"

/** How expressions look back at the text they come from. */
export type ExpressionReader = Readonly<{
  slice(location: Location): string
  fail(location: Location, message: string): never
}>

/** What stands in a tag: a helper called, or a path looked up. A block, or anything with arguments, is always a call. */
export function readCall(reader: ExpressionReader, node: Invocation, location: Location, isBlock: true): Call
export function readCall(reader: ExpressionReader, node: Invocation, location: Location): Call | Path
export function readCall(reader: ExpressionReader, node: Invocation, location: Location, isBlock = false): Call | Path {
  const place = placeOf(node.path.loc ?? location)
  const hash = readHash(reader, node.hash)
  const params = node.params.map((param) => readExpression(reader, param))
  const path = node.path.type === "PathExpression" ? readPath(node.path) : literalAsPath(reader, node.path)
  const isCall = isBlock || params.length > 0 || hash.length > 0 || isHelper(path.raw)
  return isCall ? { tag: "call", name: path.raw, params, hash, place } : path
}

/** A parameter, hash value or sub-expression. */
export function readExpression(reader: ExpressionReader, node: ParsedExpression): Expression {
  if (node.type === "PathExpression") return arrayLiteral(reader, node) ?? readPath(node)
  if (node.type !== "SubExpression") return readLiteral(reader, node)
  const call = readCall(reader, node, node.loc)
  // The reference calls `(name)` as a helper too, and complains when there is none.
  return call.tag === "path" ? { tag: "call", name: call.raw, params: [], hash: [], place: call.place } : call
}

/** `key=value` pairs, in their order. */
export function readHash(reader: ExpressionReader, hash: Hash | undefined): Call["hash"] {
  return (hash?.pairs ?? []).map(({ key, value }) => [key, readExpression(reader, value)] as const)
}

/** The text of a partial's name, undefined when it must be computed. */
export function readLiteralText(node: ParsedExpression): string | undefined {
  if (node.type === "PathExpression") return restoreSegment(node.original)
  return node.type === "SubExpression" ? undefined : String(node.original)
}

function readPath(node: PathExpression): Path {
  const raw = restoreSegment(node.original)
  const parts = node.parts.map(restoreSegment)
  const place = placeOf(node.loc)
  if (node.data && node.depth === 0 && parts[0] === "root") {
    return { tag: "path", raw, parts: parts.slice(1), depth: 0, base: "root", place }
  }
  const isHere = /^(?:this(?:$|[./])|\.(?:$|\/))/.test(raw) && parts[0] !== "this"
  const base = node.data ? "local" : isHere ? "here" : "scope"
  return { tag: "path", raw, parts, depth: node.depth, base, place }
}

/** `{{5}}` and `{{true}}` look up keys of that name. */
function literalAsPath(reader: ExpressionReader, node: ParsedLiteral): Path {
  const raw = node.type === "StringLiteral" ? String(node.original) : reader.slice(node.loc)
  return { tag: "path", raw, parts: [raw], depth: 0, base: "scope", place: placeOf(node.loc) }
}

/** `[1, 2]` is a list where it reads as JSON; the grammar takes it for a path with one odd segment. */
function arrayLiteral(reader: ExpressionReader, node: PathExpression): Literal | undefined {
  const written = reader.slice(node.loc)
  if (!written.startsWith("[") || node.data || node.parts.length !== 1) return undefined
  const value = tryJson(written)
  return value === undefined ? undefined : { tag: "literal", value, place: placeOf(node.loc) }
}

function readLiteral(reader: ExpressionReader, node: ParsedLiteral): Literal {
  const place = placeOf(node.loc)
  if (node.type === "UndefinedLiteral") return { tag: "literal", value: undefined, place }
  const written = reader.slice(node.loc)
  const value = tryJson(written.startsWith("'") ? doubleQuoted(written) : written)
  if (value === undefined) return reader.fail(node.loc, `${written} is not a value: escapes are those of JSON`)
  return { tag: "literal", value, place }
}

function doubleQuoted(written: string): string {
  return `"${written.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"')}"`
}

function tryJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text, "")
  } catch {
    return undefined
  }
}

function placeOf({ start }: Location): TextPlace {
  return { line: start.line, column: start.column + 1 }
}
