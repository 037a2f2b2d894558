import { CONTEXT_PARTS, type ContextKey, MEMBER_KEYS } from "../../templating/context-table.ts"

/** docs/reference/template-context.md: every key that templates see, and which templates see it. */
export function templateContextReference(): string {
  const seen = CONTEXT_PARTS.map(({ name, seenBy, summary }) => `| \`${name}\` | ${seenBy} | ${summary} |`)
  const parts = CONTEXT_PARTS.filter(({ keys }) => keys.length > 0).map(
    ({ name, keys }) => `## ${name}\n\n${keyTable(name, keys)}`,
  )
  return `# Template context

Printed from \`src/templating/context-table.ts\`. What \`{{…}}\` in \`config/\`, \`config_install/\` and \`hooks/\` can name.
\`hab config context SERVICE\` prints all of it for a service that is loaded, \`hab plan render\` makes it up for a plan.

| Key | Seen by | What it is |
|---|---|---|
${seen.join("\n")}

Hooks are rendered before they run, and again when what they see changes; \`config/\` is rendered before \`init\` and is complete
when a hook starts. \`config_install/\` and the hooks install and uninstall are rendered when a package comes or goes: there is
no service then, and no cluster, so \`sys\`, \`svc\` and \`bind\` are not there.

A key that is not there prints nothing and is a warning with file, line and column, unless \`{{#if}}\`, \`{{#unless}}\` or
\`{{#with}}\` asks for it; in a service loaded with \`--template-mode strict\` it is an error, as in \`hab plan check\`.

${parts.join("\n\n")}

## Members

What stands above as a member holds:

${keyTable("", MEMBER_KEYS)}
`
}

function keyTable(part: string, keys: readonly ContextKey[]): string {
  const rows = keys.map(
    ({ key, type, meaning }) => `| \`${part === "" ? key : `${part}.${key}`}\` | ${type} | ${meaning} |`,
  )
  return `| Key | Type | Meaning |\n|---|---|---|\n${rows.join("\n")}`
}
