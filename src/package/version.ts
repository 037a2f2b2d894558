import { Buffer } from "node:buffer"

/** How one thing stands to another, as `Array.sort` wants it. */
export type Order = -1 | 0 | 1

const U64_MAX = 2n ** 64n - 1n

/** A version cut into what is compared: numbers part by part, then the extension as text (spec package §1.3). */
export type SplitVersion = Readonly<{
  /** Unchecked: an empty or oversized part only matters to a comparison that reaches it. */
  numbers: readonly string[]
  extension: string | undefined
}>

/** Cuts a version at its first run of digits and dots. Undefined when there is no such run. */
export function splitVersion(version: string): SplitVersion | undefined {
  const match = /([0-9.]+)([^\n]+)?/.exec(version)
  if (match === null) return undefined
  const rest = match[2]
  const extension = rest !== undefined && rest.length > 1 && rest.startsWith("-") ? rest.slice(1) : rest
  return { numbers: (match[1] ?? "").split("."), extension }
}

/** `version_sort` of spec package §1.3. Undefined when the versions cannot be compared: the caller decides then. */
export function compareVersions(a: string, b: string): Order | undefined {
  const left = splitVersion(a)
  const right = splitVersion(b)
  if (left === undefined || right === undefined) return undefined
  const numbers = compareNumbers(left.numbers, right.numbers)
  return numbers === 0 ? compareExtensions(left.extension, right.extension) : numbers
}

function compareNumbers(a: readonly string[], b: readonly string[]): Order | undefined {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const left = toNumber(a[at] ?? "0")
    const right = toNumber(b[at] ?? "0")
    if (left === undefined || right === undefined) return undefined
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

function toNumber(part: string): bigint | undefined {
  if (part === "") return undefined
  const value = BigInt(part)
  return value > U64_MAX ? undefined : value
}

/** None beats any: 1.0.0 is later than 1.0.0-rc1. */
function compareExtensions(a: string | undefined, b: string | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1
  return compareText(a, b)
}

/** Byte order of the UTF-8 texts. */
export function compareText(a: string, b: string): Order {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) as Order
}
