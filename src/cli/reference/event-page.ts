import { ALIASES, type Alias, type HookPreset, UNTIL_SUCCESS } from "../../hooks/aliases.ts"
import type { RetryPolicy } from "../../hooks/declaration.ts"
import { EVENTS, type EventRow } from "../../hooks/events.ts"
import { HOOK_OPTIONS } from "../../hooks/hook-options.ts"
import { REASONS } from "../../hooks/reasons.ts"
import { HOOK_VARIABLES } from "../../hooks/record.ts"

/** The event table as markdown, for docs/reference. */
export function eventPage(): string {
  return [
    "| Event | Subjects | Fires | Errors ignored | If it fails | Timeout | Files in `hooks/` |",
    "|---|---|---|---|---|---|---|",
    ...Object.entries(EVENTS).map(([name, row]) => eventLine(name, row)),
    "",
  ].join("\n")
}

/** The other names of events as markdown. */
export function aliasPage(): string {
  const aliases = Object.entries(ALIASES).map(([name, alias]) => aliasLine(name, alias))
  return ["| Alias | Event | Preset options |", "|---|---|---|", ...aliases, ""].join("\n")
}

/** The reasons of the option `on`, and the groups of them, as markdown. */
export function reasonPage(): string {
  const reasons = Object.entries(REASONS).map(
    ([name, { meaning, requested }]) => `| \`${name}\` | ${meaning} | \`${requested ? "requested" : "unrequested"}\` |`,
  )
  return ["| Reason | When | Group |", "|---|---|---|", ...reasons, ""].join("\n")
}

/** The options of a hook as markdown. */
export function optionPage(): string {
  const options = Object.entries(HOOK_OPTIONS).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`)
  return ["| Option | Meaning |", "|---|---|", ...options, ""].join("\n")
}

/** The variables a hook finds in its environment, as markdown. */
export function hookVariablePage(): string {
  const variables = Object.entries(HOOK_VARIABLES).map(([name, { meaning }]) => `| \`${name}\` | ${meaning} |`)
  return ["| Variable | Meaning |", "|---|---|", ...variables, ""].join("\n")
}

function eventLine(name: string, row: EventRow): string {
  const ignored = row.ignoreErrors === undefined ? "—" : row.ignoreErrors ? "yes" : "no"
  const timeout = row.timeoutMs === 0 ? "none" : `${row.timeoutMs / 1000} s`
  const files = row.files.map((file) => `\`${file}\``).join(", ")
  return `| \`${name}\` | ${row.subjects.join(", ")} | ${row.fires} | ${ignored} | ${row.ifFails} | ${timeout} | ${files} |`
}

function aliasLine(name: string, { event, subject, preset }: Alias): string {
  const options = (Object.keys(preset) as (keyof HookPreset)[]).map((key) => describePreset(preset, key))
  return `| \`${name}\` | ${subject} \`${event}\` | ${options.length === 0 ? "—" : options.join(", ")} |`
}

function describePreset(preset: HookPreset, key: keyof HookPreset): string {
  switch (key) {
    case "kind":
      return "its value is the path of a module"
    case "first":
      return "placed first"
    case "last":
      return "for the last installed release only"
    case "retry":
      return `\`retry = ${describeRetry(preset.retry ?? UNTIL_SUCCESS)}\``
    default:
      return `\`${key} = ${JSON.stringify(preset[key])}\``
  }
}

function describeRetry({ max, delayMs, backoff, delayMsMax }: RetryPolicy): string {
  return `{ max = ${max}, delay = "${delayMs / 1000}s", backoff = ${JSON.stringify(backoff)}, max_delay = "${delayMsMax / 1000}s" }`
}
