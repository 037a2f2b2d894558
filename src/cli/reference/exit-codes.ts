import { ERROR_CODES } from "../../base/error-codes.ts"

const GENERAL: readonly (readonly [number | string, string])[] = [
  [0, "done; also when there was nothing to do"],
  [1, "an error without a code of its own: the error's code is in brackets under the message"],
  [2, "the command line was not understood, or a name in it"],
  [70, "a bug in hab; the message says what to report"],
  [130, "interrupted with Ctrl-C"],
]

const FOREIGN: readonly (readonly [string, string])[] = [
  ["`hab pkg build`", "the exit code of the command that failed in a plan's callback"],
  ["`hab pkg install`, `hab pkg uninstall`", "the exit code of the install or uninstall hook that failed"],
  ["`hab svc exec`", "the exit code of the command; 128 and the signal's number when a signal ended it"],
]

const SUPERVISOR: readonly (readonly [number, string])[] = [
  [0, "it was stopped: `hab sup term`, SIGTERM, SIGINT; every service was stopped"],
  [1, "it could not begin: another supervisor runs on this root, or the service it was started with cannot be loaded"],
]

/** docs/reference/exit-codes.md, printed from the table of errors and the lists above. */
export function exitCodesReference(): string {
  return `# Exit codes

Printed from \`src/base/error-codes.ts\` and \`src/cli/reference/exit-codes.ts\`.

## Every command

| Code | Meaning |
|---|---|
${GENERAL.map(([code, meaning]) => `| ${code} | ${meaning} |`).join("\n")}

## Codes of particular errors

| Code | Errors |
|---|---|
${particular().join("\n")}

Each of them is described in [errors](errors.md).

## Codes of somebody else

| Command | Ends with |
|---|---|
${FOREIGN.map(([command, meaning]) => `| ${command} | ${meaning} |`).join("\n")}

## \`hab sup run\`

| Code | Meaning |
|---|---|
${SUPERVISOR.map(([code, meaning]) => `| ${code} | ${meaning} |`).join("\n")}

## Hooks

What the exit code of a hook means to the supervisor is in [hooks](hooks.md): 0 is success, and a health check has four codes.
The exit code of the run hook matters to \`restart = "on-failure"\` only; by default every end of it is a failure.
`
}

function particular(): string[] {
  const general = new Set(GENERAL.map(([code]) => code))
  const entries = Object.entries(ERROR_CODES).filter(([, { exit }]) => !general.has(exit) || exit === 2)
  const codes = [...new Set(entries.map(([, { exit }]) => exit))].sort((a, b) => a - b)
  return codes.map((code) => {
    const names = entries.filter(([, { exit }]) => exit === code).map(([name]) => `\`${name}\``)
    return `| ${code} | ${names.join(", ")} |`
  })
}
