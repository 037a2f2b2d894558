import type { ConfigTable } from "./value.ts"

export { type ConfigTable, type ConfigValue, toPlain } from "./value.ts"

/**
 * The table a TOML text spells, with nothing lost (see `ConfigValue`). `where` names the text in messages: a file path or
 * `the environment variable HAB_REDIS`. Throws TOML_INVALID with line and column.
 */
export function parseToml(text: string, where: string): ConfigTable {
  throw new Error(`not written yet ${text} ${where}`)
}

/** A TOML document with a final newline; parsing it gives an equal table. Plain values come before tables. */
export function stringifyToml(value: ConfigTable): string {
  throw new Error(`not written yet ${value.size}`)
}
