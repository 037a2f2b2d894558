import { Buffer } from "node:buffer"
import type { HelperEntry } from "./helper-call.ts"
import type { TemplateValue } from "./values.ts"
import {
  areEqual,
  compareTexts,
  entriesOf,
  fieldOf,
  isList,
  isTable,
  isTruthy,
  numberOf,
  printValue,
} from "./values.ts"

type Condition = (params: readonly TemplateValue[]) => boolean

/** The helpers the reference's engine brings along (spec supervisor §5.2); Handlebars.js lacks most of them. */
export const BUILT_IN_HELPERS = {
  eq: condition("{{eq a b}}", 'True when both are equal: 1 is neither 1.0 nor "1".', 2, ([a, b]) => areEqual(a, b)),
  ne: condition("{{ne a b}}", "True when they are not equal.", 2, ([a, b]) => !areEqual(a, b)),
  gt: condition(
    "{{gt a b}}",
    "True when a is greater: numbers, texts, booleans, or a number and a numeric text.",
    2,
    ordered((order) => order > 0),
  ),
  gte: condition(
    "{{gte a b}}",
    "True when a is greater or equal.",
    2,
    ordered((order) => order >= 0),
  ),
  lt: condition(
    "{{lt a b}}",
    "True when a is less.",
    2,
    ordered((order) => order < 0),
  ),
  lte: condition(
    "{{lte a b}}",
    "True when a is less or equal.",
    2,
    ordered((order) => order <= 0),
  ),
  and: condition("{{and a b …}}", "True when all are true in the sense of #if.", 0, (params) =>
    params.every((value) => isTruthy(value)),
  ),
  or: condition("{{or a b …}}", "True when any is true in the sense of #if.", 0, (params) =>
    params.some((value) => isTruthy(value)),
  ),
  not: condition("{{not a}}", "True when a is not true in the sense of #if.", 1, ([value]) => !isTruthy(value)),
  len: {
    usage: "{{len value}}",
    summary: "How many items a list, keys a table, or bytes a text has; 0 for anything else.",
    parameters: 1,
    run: ({ params: [value] }) => lengthOf(value),
  },
  lookup: {
    usage: "{{lookup value key}}",
    summary: "The item of a list by its number, or the value of a table by its key; nothing otherwise.",
    parameters: 2,
    run: ({ params: [value, key] }) => lookUp(value, key),
  },
  log: {
    usage: "{{log value …}}",
    summary: "Prints nothing; `hab plan render` shows the values beside the result.",
    parameters: 0,
    run({ params, log }) {
      log(params.map(printValue).join(" "))
      return ""
    },
  },
} as const satisfies Record<string, HelperEntry>

function condition(usage: string, summary: string, parameters: number, holds: Condition): HelperEntry {
  return { usage, summary, parameters, run: ({ params }) => holds(params), isCondition: true }
}

function ordered(accepts: (order: number) => boolean): Condition {
  return ([a, b]) => {
    const order = compare(a, b)
    return order !== undefined && accepts(order)
  }
}

/** Below, at or above zero; undefined where the two have no order. */
function compare(a: TemplateValue, b: TemplateValue): number | undefined {
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b)
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b)
  const x = typeof a === "string" ? numberIn(a) : numberOf(a)
  const y = typeof b === "string" ? numberIn(b) : numberOf(b)
  if (x === undefined || y === undefined) return undefined
  return x < y ? -1 : x > y ? 1 : 0
}

function numberIn(text: string): number | bigint | undefined {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return undefined
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text)
}

function lengthOf(value: TemplateValue): number {
  if (typeof value === "string") return Buffer.byteLength(value)
  if (isList(value)) return value.length
  return isTable(value) ? entriesOf(value).length : 0
}

function lookUp(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (isList(value)) return typeof key === "number" && Number.isInteger(key) ? (value[key] ?? null) : null
  return isTable(value) && typeof key === "string" ? (fieldOf(value, key) ?? null) : null
}
