import { HabError } from "../../base/errors.ts"
import type { HowFar } from "../../supervisor/logs/log-history.ts"
import type { LogChoice } from "../../supervisor/logs/log-source.ts"
import type { OptionsOf, OptionTable } from "../command.ts"

/** How many lines are shown when nothing else is said. */
const LINES_DEFAULT = 100

/** Options of `hab svc logs` and `hab sup logs`. */
export const LOG_OPTIONS = {
  follow: { kind: "flag", short: "f", summary: "Go on with what is printed from now on, until Ctrl-C" },
  lines: {
    kind: "number",
    short: "n",
    value: "N",
    summary: `Begin with the last N lines (default: ${LINES_DEFAULT}; with --since: all of them)`,
  },
  since: {
    kind: "text",
    value: "WHEN",
    summary: "Begin with what was printed since then: 30s, 10m, 2h or 1d ago, or 2026-01-31T10:00:00Z",
  },
  hook: {
    kind: "list",
    value: "NAME",
    summary: "Only the output of this hook, or of the hooks of this event; may be repeated",
  },
  noHook: { kind: "flag", summary: "Leave the output of hooks out" },
} as const satisfies OptionTable

type LogOptions = Pick<OptionsOf<typeof LOG_OPTIONS>, "lines" | "since" | "hook" | "noHook">

/** Which lines are asked for at `nowMs`. Throws USAGE. */
export function wantedLines({ lines, since, hook, noHook }: LogOptions, nowMs: number): HowFar & LogChoice {
  const hooks = hook ?? []
  if (noHook && hooks.length > 0) throw new HabError("USAGE", "--hook and --no-hook exclude each other")
  const sinceMs = since === undefined ? undefined : parseSince(since, nowMs)
  const count = lines ?? (sinceMs === undefined ? LINES_DEFAULT : undefined)
  return {
    hooks: noHook ? "none" : hooks.length === 0 ? "all" : hooks,
    ...(count === undefined ? {} : { lines: count }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  }
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `10m` ago, or a date and time. Throws USAGE. */
export function parseSince(text: string, nowMs: number): number {
  const [, count, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0)
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw new HabError("USAGE", `--since ${text}: that is no time`, {
    hint: "give how long ago, such as 30s, 10m, 2h or 1d, or a time such as 2026-01-31T10:00:00Z",
  })
}
