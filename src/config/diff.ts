import { printTomlPath, printTomlValue } from "./print-toml.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "./value.ts"

/** One scalar, array or empty table that differs. */
export type ConfigChange = Readonly<{
  path: readonly string[]
  /** Undefined where it was not there before. */
  before: ConfigValue | undefined
  /** Undefined where it is no longer there. */
  after: ConfigValue | undefined
}>

/** What changes from one configuration to another, in the order of the first, then of the second. */
export function diffConfig(before: ConfigTable, after: ConfigTable): readonly ConfigChange[] {
  return diffTables(before, after, [])
}

/** `~ server.port: 80 → 8080`, `+ tls = true`, `- old = 1`; values of secret keys are not shown. */
export function describeChange(change: ConfigChange, isSecret: (path: readonly string[]) => boolean): string {
  const key = printTomlPath(change.path)
  const show = (value: ConfigValue) => (isSecret(change.path) ? "(secret)" : printTomlValue(value))
  if (change.before === undefined) return `+ ${key} = ${change.after === undefined ? "" : show(change.after)}`
  if (change.after === undefined) return `- ${key} = ${show(change.before)}`
  return `~ ${key}: ${show(change.before)} → ${show(change.after)}`
}

function diffTables(before: ConfigTable, after: ConfigTable, path: readonly string[]): ConfigChange[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys].flatMap((key) => diffValues(before.get(key), after.get(key), [...path, key]))
}

function diffValues(
  before: ConfigValue | undefined,
  after: ConfigValue | undefined,
  path: readonly string[],
): ConfigChange[] {
  const isFilled = (value: ConfigValue | undefined): value is ConfigTable => isConfigTable(value) && value.size > 0
  // A whole table that comes or goes is shown key by key, as one that changes is.
  if (isFilled(before) && (after === undefined || isConfigTable(after))) {
    return diffTables(before, after ?? new Map(), path)
  }
  if (isFilled(after) && (before === undefined || isConfigTable(before))) {
    return diffTables(before ?? new Map(), after, path)
  }
  return areSame(before, after) ? [] : [{ path, before, after }]
}

function areSame(a: ConfigValue | undefined, b: ConfigValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  // A float is written with a point, a text with quotes: equal texts mean equal values.
  return printTomlValue(a) === printTomlValue(b)
}
