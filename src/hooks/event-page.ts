import { ALIASES, type Alias } from "./aliases.ts"
import { EVENTS, type EventRow } from "./events.ts"
import { HOOK_OPTIONS } from "./hook-options.ts"
import { REASON_GROUPS, REASONS } from "./reasons.ts"

/** The event table and the aliases as markdown, for docs/reference. */
export function eventPage(): string {
  const events = Object.entries(EVENTS).map(([name, row]) => eventLine(name, row))
  const aliases = Object.entries(ALIASES).map(([name, alias]) => aliasLine(name, alias))
  return [
    "| Event | Subjects | Fires | Errors ignored | If it fails | Timeout | Files in `hooks/` |",
    "|---|---|---|---|---|---|---|",
    ...events,
    "",
    "A timeout of “none” prints a line every 60 s that the hook still runs. Other names mean the same events:",
    "",
    "| Alias | Event | Preset options |",
    "|---|---|---|",
    ...aliases,
    "",
  ].join("\n")
}

/** The options of a hook as markdown. */
export function optionPage(): string {
  const options = Object.entries(HOOK_OPTIONS).map(([key, { meaning }]) => `| \`${key}\` | ${meaning} |`)
  return ["| Option | Meaning |", "|---|---|", ...options, ""].join("\n")
}

/** The reasons of the option `on` as markdown. */
export function reasonList(): string {
  return [...Object.keys(REASONS), ...REASON_GROUPS].map((reason) => `\`${reason}\``).join(", ")
}

function eventLine(name: string, row: EventRow): string {
  const ignored = row.ignoreErrors === undefined ? "—" : row.ignoreErrors ? "yes" : "no"
  const timeout = row.timeoutMs === 0 ? "none" : `${row.timeoutMs / 1000} s`
  const files = row.files.map((file) => `\`${file}\``).join(", ")
  return `| \`${name}\` | ${row.subjects.join(", ")} | ${row.fires} | ${ignored} | ${row.ifFails} | ${timeout} | ${files} |`
}

function aliasLine(name: string, { event, subject, preset }: Alias): string {
  const options = Object.entries(preset).map(([option, value]) => `\`${option} = ${JSON.stringify(value)}\``)
  return `| \`${name}\` | ${subject} \`${event}\` | ${options.length === 0 ? "—" : options.join(", ")} |`
}
