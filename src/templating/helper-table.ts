import { BUILT_IN_HELPERS } from "./comparisons.ts"
import type { HelperEntry } from "./helper-call.ts"
import { HABITAT_HELPERS } from "./helpers.ts"

/** Helpers that give a value, by name. */
export const HELPERS: ReadonlyMap<string, HelperEntry> = new Map<string, HelperEntry>(
  Object.entries({ ...BUILT_IN_HELPERS, ...HABITAT_HELPERS }),
)

/** Helpers that decide what becomes of a block (spec supervisor §5.2, §5.3); `blocks.ts` gives them meaning. */
export const BLOCK_HELPERS = {
  if: {
    usage: "{{#if value}}…{{else}}…{{/if}}",
    summary: 'The body when the value is true: not false, null, 0, "", [] or {}. includeZero=true takes 0 for true.',
    parameters: 1,
  },
  unless: {
    usage: "{{#unless value}}…{{else}}…{{/unless}}",
    summary: "The body when the value is not true.",
    parameters: 1,
  },
  with: {
    usage: "{{#with value as |name|}}…{{else}}…{{/with}}",
    summary: "The body with the value as its scope, or the else part when it is not true.",
    parameters: 1,
  },
  each: {
    usage: "{{#each value as |item index|}}…{{else}}…{{/each}}",
    summary:
      "The body for each item of a list or key of a table, with @index, @first, @last and @key; the else part for anything else.",
    parameters: 1,
  },
  eachAlive: {
    usage: "{{#eachAlive members as |member number|}}…{{else}}…{{/eachAlive}}",
    summary:
      "The body for each member that is alive; @index and number count them from 1, @first and @last are among them.",
    parameters: 1,
  },
  raw: { usage: "{{{{raw}}}}…{{{{/raw}}}}", summary: "The body as it is written.", parameters: 0 },
} as const satisfies Record<string, Omit<HelperEntry, "run">>

export type BlockHelperName = keyof typeof BLOCK_HELPERS

/** True for names that mean a helper; they win over data of the same name. */
export function isHelper(name: string): boolean {
  return HELPERS.has(name) || isBlockHelper(name)
}

/** True for names of helpers that work on blocks. */
export function isBlockHelper(name: string): name is BlockHelperName {
  return Object.hasOwn(BLOCK_HELPERS, name)
}

/** Every name, for suggestions and documentation. */
export function helperNames(): readonly string[] {
  return [...HELPERS.keys(), ...Object.keys(BLOCK_HELPERS)].sort()
}
