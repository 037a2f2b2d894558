import { EVENT_TAGS, type EventTag } from "./messages.ts"
import type { Row } from "./row.ts"
import { ROWS } from "./rows.ts"
import { STATE_TAGS, type StateTag } from "./service.ts"

/** The machine as a page of markdown: a grid of states and events, then every row. Printed into the reference. */
export function machineMarkdown(rows: readonly Row[] = ROWS): string {
  return [
    "## State × event",
    "",
    "`·` stays as it is, `=` stays and does something; several answers depend on conditions, in this order.",
    "",
    ...grid(rows),
    "",
    "## Every row",
    "",
    ...rows.flatMap(describeRow),
  ].join("\n")
}

/** The rows that can answer an event in a state, first match first. */
export function answersOf(rows: readonly Row[], state: StateTag, event: EventTag): readonly Row[] {
  return rows.filter((row) => row.in.includes(state) && row.on.includes(event))
}

function grid(rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`
  return [
    line(["event", ...STATE_TAGS]),
    line(["---", ...STATE_TAGS.map(() => "---")]),
    ...EVENT_TAGS.map((event) =>
      line([`\`${event}\``, ...STATE_TAGS.map((state) => describeCell(answersOf(rows, state, event)))]),
    ),
  ]
}

function describeCell(answers: readonly Row[]): string {
  return [...new Set(answers.map(describeTarget))].join(" / ")
}

/** `stopping{retry}` as the design writes it. */
function describeTarget({ to, next, do: actions }: Row): string {
  if (to !== undefined) return next === undefined ? to : `${to}{${next}}`
  return next !== undefined || actions !== undefined ? "=" : "·"
}

function describeRow(row: Row): string[] {
  const all = row.in.length === STATE_TAGS.length ? "every state" : row.in.join(", ")
  const events = row.on.length === EVENT_TAGS.length ? "every event" : row.on.map((event) => `\`${event}\``).join(", ")
  const when = row.when === undefined ? "" : `, when ${row.when.join(" and ")}`
  const effects = row.do === undefined ? "" : `${row.do.join(", ")} `
  const next = row.to === undefined && row.next !== undefined ? `next: ${row.next} ` : ""
  const target = row.to === undefined ? "stays" : describeTarget(row)
  return [`- **${row.id}** — ${all} + ${events}${when}: ${effects}${next}→ ${target}; ${row.because}.`]
}
