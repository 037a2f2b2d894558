import type { EventName, SubjectKind } from "../../hooks/events.ts"
import type { Reason } from "../../hooks/reasons.ts"

/** What happens to a service, the reason its hooks are told, and every event that fires then, in its order. */
export type Sequence = Readonly<{
  when: string
  reason: Reason
  /** What `pre-update` and `post-update` are told, where that is another. */
  around?: Reason
  events: readonly EventName[]
}>

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
  reconfigure: {
    when: "Its user.toml or `hab config apply` changes its configuration, and it has `reconfigure`",
    reason: "config",
    events: ["pre-update", "reconfigure", "post-update"],
  },
  config: {
    when: "Its user.toml or `hab config apply` changes its configuration, and it has no `reconfigure`",
    reason: "config",
    events: ["pre-update", ...AGAIN, "post-update", "post-healthy"],
  },
  "hook-changed": {
    when: "Its configuration changes the text of `init`, `run` or `post-run`",
    reason: "hook-changed",
    around: "config",
    events: ["pre-update", ...AGAIN, "post-update", "post-healthy"],
  },
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
  memory: {
    when: "Its processes hold more memory than its `max_memory_restart`, which is looked at every 30 s",
    reason: "memory",
    events: RESTART,
  },
  files: { when: "A file under `files/` changes", reason: "watch", events: ["file-updated"] },
  stop: { when: "Somebody stops it", reason: "manual", events: STOP },
  unload: { when: "It is unloaded", reason: "unload", events: ["pre-delete", ...STOP, "post-delete"] },
  shutdown: { when: "The supervisor shuts down", reason: "shutdown", events: STOP },
  failure: {
    when: "It is loaded, somebody waits (`--wait`), and it does not come up; `on-error` asks for another try",
    reason: "load",
    events: ["pre-create", "pre-start", "on-error", ...START, "post-create", "post-healthy"],
  },
  check: { when: "Its health is due", reason: "schedule", events: ["health-check"] },
  election: { when: "The leader of its group is elected", reason: "schedule", events: ["suitability"] },
} as const satisfies Record<string, Sequence>

export type Cause = keyof typeof SEQUENCES

/** What happens to anything else, whom its events are about, and the order of these; in parentheses what we do between them. */
export type OtherSequence = Readonly<{
  when: string
  subjects: readonly SubjectKind[]
  steps: readonly (EventName | `(${string})`)[]
}>

const SUPERVISOR = ["supervisor"] as const
const RESOURCES = ["service", "package", "config", "group"] as const
const RESTART_ALL = [
  "pre-restart",
  "pre-stop",
  "(services stop)",
  "post-stop",
  "pre-start",
  "(services start)",
] as const

/** The order of the events of supervisors, sets, packages and resources (spec lifecycle §C.6), printed as the sequences above. */
export const OTHER_SEQUENCES = {
  boot: {
    when: "The supervisor starts",
    subjects: SUPERVISOR,
    steps: ["pre-start", "(ports open)", "(services start, as they depend on each other)", "post-start"],
  },
  shutdown: {
    when: "The supervisor shuts down; `exit_wait` is for its `pre-stop` and the ports together",
    subjects: SUPERVISOR,
    steps: ["pre-stop", "(meanwhile ports close)", "(services stop)", "post-stop"],
  },
  start: {
    when: "A set is started, or all services (`start --all`)",
    subjects: SUPERVISOR,
    steps: ["pre-start", "(services start)", "post-start"],
  },
  stop: {
    when: "A set is stopped, or all services",
    subjects: SUPERVISOR,
    steps: ["pre-stop", "(services stop)", "post-stop"],
  },
  clean: {
    when: "A set, or everything, is stopped with `--clean`",
    subjects: SUPERVISOR,
    steps: ["pre-stop", "(services stop)", "post-stop", "pre-delete", "(their state goes)"],
  },
  restart: {
    when: "A set is restarted, or all services",
    subjects: SUPERVISOR,
    steps: [...RESTART_ALL, "post-start", "post-restart"],
  },
  install: { when: "A release is installed: its hook `install`", subjects: ["package"], steps: ["post-create"] },
  uninstall: {
    when: "The last release of a package is uninstalled: its hook `uninstall`",
    subjects: ["package"],
    steps: ["pre-delete"],
  },
  "apply-create": {
    when: "`hab apply` creates a resource",
    subjects: RESOURCES,
    steps: ["pre-create", "(it is created)", "(recorded)", "post-create"],
  },
  "apply-update": {
    when: "`hab apply` changes one",
    subjects: RESOURCES,
    steps: ["pre-update", "(it is changed)", "(recorded)", "post-update"],
  },
  "apply-delete": {
    when: "`hab apply` or `hab destroy` deletes one",
    subjects: RESOURCES,
    steps: ["pre-delete", "(it is deleted)", "(recorded)", "post-delete"],
  },
  "apply-failure": {
    when: "Creating, changing or deleting one fails; `on-error` asks for another try",
    subjects: RESOURCES,
    steps: ["pre-create", "(it fails)", "on-error", "(it is created)", "(recorded)", "post-create"],
  },
} as const satisfies Record<string, OtherSequence>

/** The sequences as markdown. */
export function sequencePage(): string {
  const rows = Object.values(SEQUENCES).map(({ when, reason, around, events }: Sequence) => {
    const told = (event: EventName) => {
      if (event === "run") return "**run**"
      return around !== undefined && event.endsWith("-update") ? `\`${event}\` (\`${around}\`)` : `\`${event}\``
    }
    return `| ${when} | \`${reason}\` | ${events.map(told).join(" → ")} |`
  })
  return ["| What happens | Reason | Events |", "|---|---|---|", ...rows, ""].join("\n")
}

/** The order of all other events as markdown. */
export function otherSequencePage(): string {
  const told = (step: string) => (step.startsWith("(") ? step.slice(1, -1) : `\`${step}\``)
  const rows = Object.values(OTHER_SEQUENCES).map(({ when, steps }) => `| ${when} | ${steps.map(told).join(" → ")} |`)
  return ["| What happens | Order |", "|---|---|", ...rows, ""].join("\n")
}
