/**
 * Values of configuration files, without loss (decisions 34): integers are `number`, or `bigint` beyond 2^53; floats and
 * dates are their own kinds, because `1.0` must not become `1`; tables are Maps, because an object would reorder keys
 * like `8080` and trip over `__proto__`. Values are never changed in place.
 */
export type ConfigValue =
  | string
  | boolean
  | number
  | bigint
  | ConfigFloat
  | ConfigDateTime
  | readonly ConfigValue[]
  | ConfigTable

/** Key to value, in the order of the file. */
export type ConfigTable = ReadonlyMap<string, ConfigValue>

/** A TOML float: never equal to an integer, even when whole. May be infinite or not a number. */
export class ConfigFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Any of TOML's four date and time kinds, exactly as written. */
export class ConfigDateTime {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What `toPlain` gives. Objects have no prototype. */
export type PlainValue =
  | string
  | boolean
  | number
  | bigint
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue }

/** True for tables, as opposed to scalars and arrays. */
export function isConfigTable(value: unknown): value is ConfigTable {
  return value instanceof Map
}

/**
 * Ordinary JavaScript values for code that only reads: floats become numbers, dates their text, tables objects without a
 * prototype. Key order and the difference between `1` and `1.0` are lost.
 */
export function toPlain(value: ConfigTable): { readonly [key: string]: PlainValue }
export function toPlain(value: ConfigValue): PlainValue
export function toPlain(value: ConfigValue): PlainValue {
  if (value instanceof ConfigFloat) return value.value
  if (value instanceof ConfigDateTime) return value.text
  if (Array.isArray(value)) return value.map((item) => toPlain(item as ConfigValue))
  if (!isConfigTable(value)) return value as PlainValue
  const plain: Record<string, PlainValue> = Object.create(null)
  for (const [key, item] of value) plain[key] = toPlain(item)
  return plain
}
