/** What a reason is, in words for the reference, and whether somebody or something asked for what happens. */
type ReasonRow = Readonly<{ meaning: string; requested: boolean }>

/** Why an operation happens (spec lifecycle §C.3, decisions 26). */
export const REASONS = {
  manual: { meaning: "somebody starts, stops or restarts it", requested: true },
  boot: { meaning: "the supervisor started", requested: true },
  reload: { meaning: "the supervisor goes or comes and its services stay", requested: true },
  apply: { meaning: "a file or program is applied or destroyed", requested: true },
  load: { meaning: "it was loaded, or loaded again with other options", requested: true },
  unload: { meaning: "it was unloaded", requested: true },
  update: { meaning: "another release takes over", requested: true },
  config: { meaning: "its configuration changed", requested: true },
  "hook-changed": { meaning: "the text of `init`, `run` or `post-run` changed", requested: true },
  watch: { meaning: "a file under `files/` changed", requested: true },
  schedule: { meaning: "it is time for it: health checks and elections", requested: true },
  memory: { meaning: "its processes hold more memory than its `max_memory_restart`", requested: true },
  dependency: { meaning: "a service it depends on was restarted (`restart = true` in `depends_on`)", requested: true },
  unhealthy: { meaning: "its checks failed", requested: true },
  exit: { meaning: "its process ended by itself", requested: false },
  "init-failed": { meaning: "a start failed", requested: false },
  shutdown: { meaning: "the supervisor ends, and its services with it", requested: true },
} as const satisfies Record<string, ReasonRow>

export type Reason = keyof typeof REASONS

/** Names the option `on` knows besides reasons. */
export const REASON_GROUPS = ["requested", "unrequested", "any"] as const

/** Whether the option `on` lets a hook run: a reason by its name, or the groups `requested`, `unrequested`, `any`. */
export function runsFor(on: readonly string[], reason: Reason): boolean {
  const groups = ["any", REASONS[reason].requested ? "requested" : "unrequested"]
  return on.some((wanted) => wanted === reason || groups.includes(wanted))
}
