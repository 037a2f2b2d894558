/** Why an operation happens (spec lifecycle §C.3, decisions 26), and whether somebody or something asked for it. */
export const REASONS = {
  manual: { requested: true },
  boot: { requested: true },
  reload: { requested: true },
  apply: { requested: true },
  load: { requested: true },
  unload: { requested: true },
  update: { requested: true },
  config: { requested: true },
  "hook-changed": { requested: true },
  watch: { requested: true },
  schedule: { requested: true },
  memory: { requested: true },
  dependency: { requested: true },
  unhealthy: { requested: true },
  exit: { requested: false },
  "init-failed": { requested: false },
  shutdown: { requested: true },
} as const satisfies Record<string, Readonly<{ requested: boolean }>>

export type Reason = keyof typeof REASONS

/** Names the option `on` knows besides reasons. */
export const REASON_GROUPS = ["requested", "unrequested", "any"] as const

/** Whether the option `on` lets a hook run: a reason by its name, or the groups `requested`, `unrequested`, `any`. */
export function runsFor(on: readonly string[], reason: Reason): boolean {
  const groups = ["any", REASONS[reason].requested ? "requested" : "unrequested"]
  return on.some((wanted) => wanted === reason || groups.includes(wanted))
}
