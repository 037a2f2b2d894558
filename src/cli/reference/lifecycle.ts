import { aliasPage, eventPage, reasonPage } from "./event-page.ts"
import { otherSequencePage, sequencePage } from "./sequences.ts"

/** docs/reference/lifecycle.md: every event, its other names, its reasons, and the order of events. */
export function lifecycleReference(): string {
  return `# Lifecycle

Printed from \`src/hooks/events.ts\`, \`aliases.ts\`, \`reasons.ts\` and \`src/cli/reference/sequences.ts\`.

Subjects are services, packages, configs, groups (of an applied set) and the supervisor. An operation on a subject has an event
before it (\`pre-\`) and one after it (\`post-\`). How a hook runs and how it is declared: [hooks](hooks.md).

## Events

${eventPage()}
“Errors ignored” is the default of \`ignore_errors\`; “if it fails” holds where they are not. A timeout of “none” prints a line
every 60 s that the hook still runs.

The hooks of one event run in order, and the first failure that counts ends the list. \`post-\` events undo nothing.
\`pre-create\` to \`post-delete\` and \`on-error\` are the events of services that are [loaded, changed and
unloaded](hooks.md#loading-changing-and-unloading-services), of [applied sets](program.md) and of packages.

## Other names

The same events with options set; nothing else about them differs.

${aliasPage()}
## Reasons

Hooks are told why by \`HAB_HOOK_REASON\`. A hook with \`on = ["manual"]\` runs for that reason only; \`requested\`, \`unrequested\` and
\`any\` name groups.

${reasonPage()}
## Order

What fires on each path, all of it through one engine. **run** is the process of the service.

${sequencePage()}
- \`post-start\`, \`post-restart\` and \`post-healthy\` run beside the process; the others are waited for. \`post-healthy\` needs a
  \`health-check\`. \`post-create\` and \`post-update\` come once the process is up; where somebody waits (\`--wait\`),
  once \`post-start\` is over too. A change of the spec that its process depends on restarts it between \`pre-update\` and \`post-update\`.
- \`post-stop\` after a crash is the package's own hook (it undoes \`init\`); hooks declared elsewhere are told of ends that were
  asked for, unless they say \`on = ["any"]\`.
- Between a failure and the next start the back-off passes. A start that failed is tried again with the reason \`init-failed\`.
- A supervisor that finds a service running fires nothing for it; \`post-start\` hooks that had not succeeded go on.

The events of the supervisor, of sets, of packages and of what \`hab apply\` manages:

${otherSequencePage()}
Around all services, the hooks of the supervisor stand outside those of the sets. A set, or all services, stop in the reverse of
the order in which they start.
`
}
