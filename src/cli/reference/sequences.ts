import type { EventName } from "../../hooks/events.ts"
import type { Reason } from "../../hooks/reasons.ts"

/** What happens to a service, the reason its hooks are told, and every event that fires then, in its order. */
export type Sequence = Readonly<{ when: string; reason: Reason; events: readonly EventName[] }>

const START = ["pre-start", "run", "post-start"] as const
const STOP = ["pre-stop", "post-stop"] as const
const AGAIN = ["pre-restart", ...STOP, ...START, "post-restart"] as const
const RESTART = [...AGAIN, "post-healthy"] as const

/**
 * The order of events around a service (spec lifecycle §C.6), one row a cause. The reference prints them; a test plays
 * each against the machine, another one against a supervisor.
 */
export const SEQUENCES = {
  load: { when: "It is loaded", reason: "load", events: ["pre-create", ...START, "post-create", "post-healthy"] },
  boot: { when: "It starts with the supervisor", reason: "boot", events: [...START, "post-healthy"] },
  start: { when: "Somebody starts it", reason: "manual", events: [...START, "post-healthy"] },
  manual: { when: "Somebody restarts it", reason: "manual", events: RESTART },
  crash: {
    when: "Its process ends by itself",
    reason: "exit",
    events: ["post-exit", "post-stop", "pre-restart", ...START, "post-restart", "post-healthy"],
  },
  options: { when: "Its spec changes, its process does not", reason: "manual", events: ["pre-update", "post-update"] },
  "applied-config": {
    when: "`hab config apply` changes its configuration, and it has `reconfigure`",
    reason: "config",
    events: ["pre-update", "reconfigure", "post-update"],
  },
  reconfigure: {
    when: "Its user.toml changes, and it has `reconfigure`",
    reason: "config",
    events: ["reconfigure"],
  },
  config: { when: "Its user.toml changes, and it has no `reconfigure`", reason: "config", events: RESTART },
  "hook-changed": { when: "`init`, `run` or `post-run` changes", reason: "hook-changed", events: RESTART },
  unhealthy: {
    when: 'It becomes unhealthy, and its spec says `on_critical = "restart"`',
    reason: "unhealthy",
    events: ["post-unhealthy", ...RESTART],
  },
  update: {
    when: "Another release takes over",
    reason: "update",
    events: ["pre-update", ...AGAIN, "post-update", "post-healthy"],
  },
  dependency: {
    when: "A service it depends on was restarted, with `restart = true`",
    reason: "dependency",
    events: RESTART,
  },
  files: { when: "A file under `files/` changes", reason: "watch", events: ["file-updated"] },
  stop: { when: "Somebody stops it", reason: "manual", events: STOP },
  unload: { when: "It is unloaded", reason: "unload", events: ["pre-delete", ...STOP, "post-delete"] },
  shutdown: { when: "The supervisor shuts down", reason: "shutdown", events: STOP },
} as const satisfies Record<string, Sequence>

export type Cause = keyof typeof SEQUENCES

/** The sequences as markdown. */
export function sequencePage(): string {
  const rows = Object.values(SEQUENCES).map(
    ({ when, reason, events }) =>
      `| ${when} | \`${reason}\` | ${events.map((event) => (event === "run" ? "**run**" : `\`${event}\``)).join(" → ")} |`,
  )
  return ["| What happens | Reason | Events |", "|---|---|---|", ...rows, ""].join("\n")
}
