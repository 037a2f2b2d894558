import { ERROR_CODES } from "../../base/error-codes.ts"

/** docs/reference/errors.md, printed from the table of codes. */
export function errorsReference(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, { exit, summary }]) => `| \`${code}\` | ${exit} | ${summary} |`)
  return `# Errors

Printed from \`src/base/error-codes.ts\`. The code stands in brackets under every error; it never changes its meaning.
An exit code given here is the process's; a hook's own exit code passes through instead where a hook failed.

| Code | Exit | Meaning |
|---|---|---|
${rows.join("\n")}
`
}
