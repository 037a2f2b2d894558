import { METADATA_FILES } from "../../package/metafiles.ts"
import { CALLBACKS, LAST_CALLBACKS } from "../../plan/callbacks.ts"
import { PHASES } from "../../plan/phases.ts"
import { PLAN_HELPERS } from "../../plan/plan-helpers.ts"
import { PASSED_VARIABLES } from "../../plan/shell-environment.ts"
import { SHELL_VARIABLES } from "../../plan/shell-variables.ts"
import { PLAN_VARIABLES } from "../../plan/variables.ts"

const KINDS = { text: "text", list: "list `( )`", map: "map `([key]=value)`" } as const

/** docs/reference/plans.md: what plan.sh may set, define and call, printed from the tables the build works with. */
export function plansReference(): string {
  return `# Plans

Printed from the tables in \`src/plan\`: \`variables.ts\`, \`shell-variables.ts\`, \`callbacks.ts\`, \`plan-helpers.ts\`, \`phases.ts\`.

A plan is \`plan.sh\`, a bash script that sets variables and defines callbacks. It is in the folder given to \`hab pkg build\`, in
\`habitat/\` below it, or in a folder named after the target in either (which wins). Two candidates, or none: exit code 42.

## Variables a plan sets

Lists and maps are declared before the plan is read: it only assigns.

| Variable | Kind | Meaning |
|---|---|---|
${variables("plan")}

## Variables a plan reads

| Variable | Meaning |
|---|---|
${variables("program")}
${Object.entries(SHELL_VARIABLES)
  .map(([name, { exported, summary }]) => `| \`${name}\` | ${summary}${exported ? " (exported)" : ""} |`)
  .join("\n")}

Of the operator's environment a build sees PATH, variables named \`HAB_ENV_…_TYPE\` and \`HAB_ENV_…_SEPARATOR\`,
\`HAB_STUDIO_SECRET_X\` as \`X\`, and these when they are set: ${PASSED_VARIABLES.map((name) => `\`${name}\``).join(", ")}.

## Callbacks

All of them run in one shell, in this order: what one sets, the next sees. A plan that defines \`do_X\` may still call
\`do_default_X\`. A failing command ends the build with its exit code.

| Callback | For | By default |
|---|---|---|
${Object.entries(CALLBACKS)
  .map(([name, { summary, byDefault }]) => `| \`${name}\` | ${cell(summary)} | ${cell(byDefault)} |`)
  .join("\n")}
${Object.entries(LAST_CALLBACKS)
  .map(([name, summary]) => `| \`${name}\` | ${cell(summary)} | does not exist |`)
  .join("\n")}

## Functions a plan calls

| Call | What it does |
|---|---|
${Object.values(PLAN_HELPERS)
  .map(({ usage, summary }) => `| \`${cell(usage)}\` | ${cell(summary)} |`)
  .join("\n")}

## What a build does, in order

| Step | What it does |
|---|---|
${PHASES.map(({ name, kind, summary }) => `| ${kind === "callback" ? `\`${name}\`` : name} | ${cell(summary)} |`).join("\n")}
`
}

/** docs/reference/package-files.md: what lies in a package beside the program. */
export function packageFilesReference(): string {
  return `# Files of a package

Printed from \`src/package/metafiles.ts\`.

Beside what \`do_install\` put there, a package holds these, written in this order. Each ends with one line feed; a file without
anything to say is absent. Lines of \`KEY=VALUE\` are sorted by key.

| File | Holds | Written when | Read by |
|---|---|---|---|
${Object.entries(METADATA_FILES)
  .map(([name, { format, written, readBy }]) => `| \`${name}\` | ${format} | ${written} | ${readBy} |`)
  .join("\n")}

From beside the plan come \`default.toml\`, \`config.schema.json\`, \`config/\`, \`config_install/\` and \`hooks/\`; \`run\` is written from \`pkg_svc_run\` when
there is no hook of that name.

## In the output folder

\`results/\`, or \`HAB_OUTPUT_PATH\`:

| File | Holds |
|---|---|
| \`<origin>-<name>-<version>-<release>-<target>.hart\` | the artifact |
| \`last_build.env\` | \`pkg_origin\`, \`pkg_name\`, \`pkg_version\`, \`pkg_release\`, \`pkg_target\`, \`pkg_ident\`, \`pkg_artifact\`, \`pkg_sha256sum\`, \`pkg_blake2bsum\` |
| \`pre_build.env\` | the first four and \`pkg_ident\`, while a build runs and after it failed |
| \`logs/<name>.<time>.log\` | everything a build printed |
`
}

function variables(set: "plan" | "program"): string {
  return Object.entries(PLAN_VARIABLES)
    .filter(([, row]) => row.set === set)
    .map(([name, { kind, summary }]) =>
      set === "plan" ? `| \`${name}\` | ${KINDS[kind]} | ${cell(summary)} |` : `| \`${name}\` | ${cell(summary)} |`,
    )
    .join("\n")
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|")
}
