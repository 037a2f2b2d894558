import { hookVariablePage, optionPage } from "./event-page.ts"

/** docs/reference/hooks.md: what every hook can rely on, and how hooks are declared. */
export function hooksReference(): string {
  return `# Hooks

Events, when each fires and what its failure does: [lifecycle](lifecycle.md). The tables below are printed from
\`src/hooks/record.ts\` and \`hook-options.ts\`.

A hook is a script with a shebang in \`hooks/\` of a plan. Its file name is the event, or one of its other names; an extension
(\`run.sh\`) is taken off. Hooks are templates: they are rendered into \`svc/<name>/hooks/\`, mode 0750, and again whenever
what they can see changes.

## What every hook can rely on

- It runs in a process group of its own. At its limit the group gets SIGTERM, and SIGKILL 5 s later; that counts as a
  failure. A stop ends it in the same way. It blocks its own service only.
- User and group are those of the service. Without the account \`hab\`, when the package names no other, and for ordinary
  users, that is whoever runs the supervisor.
- Environment: the operator's, then the package's; PATH is the package's, that of our \`chpst\`, the operator's; and
  [what it is told](#what-a-hook-is-told).
- Standard input is empty. Output is printed as \`<group> hook[<name>]:(HK): …\`, and kept in
  \`svc/<name>/logs/<name>.stdout.log\` and \`.stderr.log\`: of a package's script the last run alone, of a declared hook all.
- A hook that is not there is a success. Without \`health-check\` a service is well while it is up, without \`reconfigure\` a
  changed configuration restarts it, and without \`run\` the package's own \`run\` file is the service.
- A hook that cannot be started (no shebang, not executable, missing interpreter) has failed, with the reason.

How to write them: [write hooks](../how-to/write-hooks.md).

Exit codes of \`health-check\`: 0 ok, 1 warning, 2 critical, 3 unknown. Anything else, a signal or a timeout is a failed check:
shown as unknown, counted as a failure. The exit code of \`install\` is remembered; a code other than 0 makes the next install
or load run it again, and is the exit code of \`hab pkg install\`. Hooks may run \`hab\`: an \`install\` hook that installs its own
package is not run again by that, an \`uninstall\` hook that removes it is refused.

## What a hook is told

Facts of the event are in its environment; one that has no value is not set.

${hookVariablePage()}
All of them, and lists and texts besides, stand as JSON in the file \`HAB_HOOK_FILE\`, mode 0600, which is gone when the hook
is: \`event\`, \`operation\`, \`reason\`, \`attempt\`, \`subject\` (\`kind\`, \`name\`, \`ident\`, \`group\`), \`pid\`, \`exit\` (\`code\` or
\`signal\`), \`health\` (\`old\`, \`new\`, \`output\`), \`restarts\`, \`changed\` (paths), \`old\` and \`new\` (below), \`errors\` (newest first),
\`failed_operation\`, \`dry_run\`. What has no value is left out. Install and uninstall hooks have the variables alone.

${declaredHooks()}
`
}

function declaredHooks(): string {
  return `## Hooks besides scripts

Hooks can be declared as well, without a new package: in \`/hab/user/<name>/hooks.toml\` by the operator (read again whenever
it is written, and never a reason to restart), in \`hooks/hooks.toml\` by the package's author, and in the supervisor's
\`sup.toml\`, where \`for = ["acme/*"]\` names the services a hook is about and a hook without it is about the supervisor.

\`\`\`toml
[[hooks.pre-start]]
run = "./bin/migrate"
once = "release"
timeout = "10m"

[[hooks.post-exit]]
command = ["/usr/local/bin/page-me", "web"]

[hook_options.health-check]
timeout = "5s"
\`\`\`

A hook is one of \`script\` (a file with a shebang), \`run\` (a line for \`/bin/sh\`), \`command\` (a program and its arguments)
or \`module\` (a JavaScript file whose main export is called as \`(info, callback)\`). \`[hook_options.<event>]\` of the
operator's file changes options of the package's own hooks, and
its \`[limits]\` (\`nofile\`, \`memory\`, \`cpu\`) are those of the service's process from its next start on, over those it was loaded with. Keys may be written with \`-\`, with \`_\` or in camelCase. A
mistake in the file is told with its line, and what was in force before stays.

${optionPage()}
${changeHooks()}## Hooks of the supervisor itself

A hook of \`sup.toml\` without \`for\` is about the supervisor: \`pre-start\` (also \`on-run\`) runs before any port opens,
\`post-start\` once the services that start with it are up or ended for good, \`pre-stop\` (also \`on-shutdown\`) before
services stop, \`post-stop\` when nothing of them is left. They and
\`pre-restart\`, \`post-restart\` and \`pre-delete\` (also \`pre-cleanup\`) run as well, with the reason \`manual\`, around
\`hab svc start\`, \`stop\` and \`restart --all\` and \`stop --all --clean\`, never around a single service.

- At the first start a failing \`pre-start\` ends \`hab sup run\` with code 1; nothing was opened or started. A later
  supervisor (\`hab sup restart\`, SIGHUP, a crash) tries again with the back-off of services, which live on meanwhile
  but are not supervised before it passed.
- When the supervisor ends, hooks of \`pre-stop\` together have \`exit_wait\` (5 s), while the ports of the gateways close. What is
  late is named and killed; the shutdown goes on. The socket on this machine stays until the services are down.
- Around all services, a failing \`pre-start\`, or another before-hook that does not ignore its errors, keeps them as they are
  (\`--force\` overrides); the hooks of applied sets run inside those of the supervisor.
- Reasons are \`boot\` and \`shutdown\`, and \`reload\` where the supervisor goes or comes and services stay.
- They run as the supervisor's user, in the folder of their file, with PATH, LANG, HOME and USER only, and the variables
  of the event. \`hab sup logs\` shows what they print.

## Order and accounts

Order before something happens: hooks of sup.toml, of the package, of the applied file, of hooks.toml; afterwards those of
sup.toml come last. Parallel hooks that stand side by side run together. A package's own hook runs as another user only where
\`allow_users\` in sup.toml names that account, and with a group that is not its account's only where it is \`["*"]\`.`
}

function changeHooks(): string {
  return `## Loading, changing and unloading services

\`pre-create\`, \`pre-update\`, \`pre-delete\` and their \`post-\` events of a service run whichever way it is changed:
\`hab svc load\`, \`update\` and \`unload\`, \`hab svc apply\`, \`hab apply\`, a file in \`specs/\` that is written or removed, a newer
release, \`hab config apply\` and a user.toml written by hand (updates with the reason \`config\`). Starting and stopping a service changes nothing of
it: those events are \`pre-start\`, \`pre-stop\` and their like. A spec that was there before is not created anew when the
supervisor starts: the services it created, each with the spec it was under, are in \`sup/default/data/known/\`. Where no
supervisor runs, no hooks do; the next one sees what was loaded, changed or unloaded meanwhile and runs them then, with the
reason \`boot\` (an unload has its own). For a service whose package is not installed any more nothing can be run, and the
log says so. The user.toml that a supervisor finds when it starts is in force.

- A failing hook before prevents it: what was not loaded stays so, the old spec and the old release stay, what was to be
  unloaded runs on. The command says so and exits with 1. A spec file written by hand stays as it was written, and is
  tried again once it differs; one that was removed comes back. A user.toml that was refused stays out of force until it
  is written again; \`hab svc explain\` says so. \`unload --force\` overrides \`pre-delete\`.
- A failing hook after it is told, by the command where it waits (\`--wait\`), otherwise in the log; the change stays.
- \`hab svc load\` waits for the hooks before, unless \`-d\` is given, and with \`--wait\` for those after, which run once the
  service is up.
- \`on-error\` is asked where somebody waits: \`--wait\`, \`hab svc apply\`, \`hab apply\`. Its exit code 0 has the start, or the
  unload, tried again, at most 100 times. It finds all errors so far in \`HAB_HOOK_FILE\`, the newest first.
- Another origin or group under the same name replaces the service: \`pre-create\` of the new, \`pre-delete\` of the old, the
  old one ends, \`post-delete\`, the new one starts, \`post-create\`.
- Hooks after a change are owed from the moment it comes into force: when the supervisor ends before they are over, the next
  one runs them, from the beginning of the list.
- A service of a set waits with its \`pre-create\` for the set's \`pre-start\` and for what it depends on.

\`HAB_HOOK_FILE\` holds \`old\` and \`new\` with \`inputs\` (what was declared: \`ident\`, \`group\`, \`channel\`, \`binds\` …) and \`outputs\` (what
came of it: \`release\`, \`pid\`, \`state\`, \`health\`, \`exports\`), as far as they exist then; \`(secret)\` stands for values that
the package's schema names secret.

| | old inputs | new inputs | old outputs | new outputs |
|---|---|---|---|---|
| \`pre-create\` | | yes | | |
| \`post-create\` | | yes | | yes |
| \`pre-update\` | yes | yes | yes | |
| \`post-update\` | yes | yes | yes | yes |
| \`pre-delete\`, \`post-delete\` | yes | | yes | |
| \`on-error\` | not of a create | not of a delete | not of a create | |

`
}
