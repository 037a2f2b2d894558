import { BLOCK_HELPERS, HELPERS } from "../../templating/helper-table.ts"
import { HABITAT_HELPERS } from "../../templating/helpers.ts"

type Described = Readonly<{ usage: string; summary: string }>

/** docs/reference/template-helpers.md: the helpers, and what the language means where others differ. */
export function templateHelpersReference(): string {
  const values = [...HELPERS].sort(([a], [b]) => (a < b ? -1 : 1))
  const own = values.filter(([name]) => Object.hasOwn(HABITAT_HELPERS, name)).map(([, helper]) => helper)
  const builtIn = values.filter(([name]) => !Object.hasOwn(HABITAT_HELPERS, name)).map(([, helper]) => helper)
  return `# Template helpers

Printed from \`src/templating/helper-table.ts\`. The language is Handlebars as Habitat's own engine understands it; what a
template can name is in [template context](template-context.md).

## Blocks

${table(Object.values(BLOCK_HELPERS))}

## Of Habitat

${table(own)}

## Built in

${table(builtIn)}

A helper that is not known is an error where it is reached; so is a wrong argument. Helpers win over data of the same name.
A result can be an argument: \`{{toUppercase (strJoin cfg.list ",")}}\`.

${LANGUAGE}`
}

const LANGUAGE = `## What is printed

| Value | Printed as |
|---|---|
| text | itself: nothing is escaped, \`{{x}}\` and \`{{{x}}}\` are the same |
| whole number | all its digits, 64 bits and more |
| float | with its point: \`1.0\` |
| boolean | \`true\`, \`false\` |
| date and time | as TOML wrote it |
| list | \`[a, b]\` |
| table | \`[object]\`; \`toJson\`, \`toToml\` and \`toYaml\` print what is in it |
| nothing | nothing |

## What is true

Everything but false, nothing, 0, NaN, the empty text, \`[]\` and \`{}\`.

## Paths

| Written | Means |
|---|---|
| \`a.b.c\` | keys in tables |
| \`a.0\`, \`a.[0]\` | an item of a list, from 0 |
| \`a.[b c]\` | a key with other characters than letters, digits, \`_\`, \`-\`, \`$\` and \`:\` |
| \`this\`, \`.\` | what the block is about |
| \`../a\` | one block further out; more of them than there are blocks end at the top |
| \`@root.a\` | from the top |
| \`@index\`, \`@key\`, \`@first\`, \`@last\` | in \`each\` and \`eachAlive\`; \`@../index\` is that of the loop around it |

## Lines and blanks

A block, comment or partial that stands alone on its line takes the whole line away. \`{{~\` and \`~}}\` take all blanks and line
ends on their side. \`\\{{x}}\` prints \`{{x}}\`, and so does everything inside \`{{{{raw}}}} … {{{{/raw}}}}\`. Comments are \`{{! … }}\` and
\`{{!-- … --}}\`.

## Other templates

\`{{> sub/part.conf}}\` includes another file of \`config/\` by its path; \`{{> part.conf port=80}}\` gives it values. Each hook stands
alone. \`{{#*inline "name"}} … {{/inline}}\` defines one in place.

## Files that are no templates

\`config/.hab-raw\` holds globs, one per line, of files that are copied as they are, because their braces mean something to
another program: \`*.json\`, \`dashboards/\`, \`sub/**/x?.yml\`; \`#\` begins a comment. Files without \`{{\`, and files with NUL bytes, are
always copied. A file with \`{{\` that is not UTF-8 is an error.

## Bounds

One rendering gives up at 64 MiB of text, at two million steps, and at 60 templates inside each other: an error that names
the place. The file that was rendered before stays.
`

function table(helpers: readonly Described[]): string {
  const rows = helpers.map(({ usage, summary }) => `| \`${usage.replaceAll("|", "\\|")}\` | ${summary} |`)
  return `| Helper | Gives |\n|---|---|\n${rows.join("\n")}`
}
