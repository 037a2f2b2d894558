import { ERROR_AREAS } from "../../base/error-codes.ts"

/** docs/reference/errors.md, printed from the table of codes. */
export function errorsReference(): string {
  const areas = Object.entries(ERROR_AREAS).map(([title, codes]) => {
    const rows = Object.entries(codes).map(([code, { exit, summary }]) => `| \`${code}\` | ${exit} | ${summary} |`)
    return [`## ${title}`, "", "| Code | Exit | Meaning |", "|---|---|---|", ...rows, ""].join("\n")
  })
  return `# Errors

Printed from \`src/base/error-codes.ts\`. The code stands in brackets under every error; it never changes its meaning.
An exit code given here is the process's; a hook's own exit code passes through instead where a hook failed.

${areas.join("\n")}`
}
