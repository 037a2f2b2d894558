import { STATE_TAGS, type StateTag } from "../../supervisor/service/service.ts"
import { machineMarkdown } from "../../supervisor/service/table.ts"

const MEANINGS: Readonly<Record<StateTag, string>> = {
  down: "Nothing of it is alive and nobody wants it up, or its restart policy leaves it at that.",
  blocked:
    "Wanted, but a strict bind is not satisfied, a service it depends on is not up, or its set holds it back. It starts when nothing of that is left.",
  preparing: "Install hooks still owed run, those of its dependencies first; after a crash, `pre-restart` before them.",
  rendering: "Its configuration and hooks are written from the inputs as they are now.",
  initializing: "`init` and `pre-start` run.",
  refreshing: "An input changed during `init`: rendered once more, without another `init`.",
  starting: "The launcher was asked for its process.",
  up: "Its process is alive. `post-run`, health checks, `reconfigure` and `file-updated` happen beside it.",
  leaving: "Still alive and about to stop: `pre-restart` and `pre-stop` run and may refuse.",
  stopping: "Everything of the run was sent the shutdown signal, and SIGKILL when its time is over.",
  cleaning: "Nothing of the run is alive: `post-exit` and `post-stop` run.",
  waiting: "It failed; the next attempt comes after the back-off, or when an input, a bind or its package changes.",
  gone: "Unloaded. Only seen for a moment.",
  detached: "Its supervisor ends and leaves it running for the next one.",
}

/** docs/reference/service-states.md: the machine of a service, printed from its rows. */
export function statesReference(): string {
  const states = STATE_TAGS.map((state) => `| \`${state}\` | ${MEANINGS[state]} |`)
  return `# Service states

Printed from \`src/supervisor/service/rows/\`. \`hab svc explain SERVICE\` says in which state a service is, why, and what it
waits for; \`hab svc status --json\` has the state as \`phase\`.

| State | Meaning |
|---|---|
${states.join("\n")}

A *run* begins in \`preparing\` and ends when nothing it started is alive, in \`cleaning\`. Two runs of one service never
overlap. In braces stands where the way down leads: \`stopping{retry}\` ends in \`waiting\`, \`stopping{start}\` begins the next
run at once, \`by policy\` is what the restart policy says, \`wished\` what was asked for, \`kept\` what was decided before.
\`begin\` is \`preparing\`, or \`blocked\` while strict binds are unmet.

${machineMarkdown()}`
}
