import type { FieldReader, Fields } from "../../config/field-reader.ts"

/** A check that fails is `critical`, whatever its exit code. */
const ENDS_CRITICAL = "|| exit 2"

/**
 * A healthcheck of a kepler.yaml as our `health` and its neighbours: `run`, `command` or Docker's `test`, with `interval`,
 * `timeout` and `retries`.
 */
export function keplerHealth(check: FieldReader): Fields {
  check.onlyKnown(["run", "command", "test", "interval", "timeout", "retries", "start_period"])
  const line = check.text("run")
  const words = wordsOf(check)
  const intervalMs = durationMs(check, "interval")
  const timeoutMs = durationMs(check, "timeout")
  const retries = check.whole("retries")
  const run = line ?? (words === undefined ? undefined : words.map(quote).join(" "))
  if (run === undefined) check.refuse("command", "a healthcheck needs 'run', 'command' or 'test'")
  return {
    health: {
      run: `(${run ?? "true"}\n) ${ENDS_CRITICAL}`,
      ...(timeoutMs === undefined ? {} : { timeout: `${timeoutMs}ms` }),
      ...(intervalMs === undefined ? {} : { interval: Math.max(1, Math.round(intervalMs / 1000)) }),
      ...(retries === undefined ? {} : { retries }),
    },
  }
}

/** `command: [...]`; `test: ["CMD", ...]`, `["CMD-SHELL", line]`, or a line. */
function wordsOf(check: FieldReader): readonly string[] | undefined {
  if (typeof check.raw("test") === "string") return ["/bin/sh", "-c", check.text("test") ?? ""]
  const words = check.words(check.has("command") ? "command" : "test")
  if (words?.[0] === "CMD-SHELL") return ["/bin/sh", "-c", words.slice(1).join(" ")]
  return words?.[0] === "CMD" ? words.slice(1) : words
}

function durationMs(check: FieldReader, key: string): number | undefined {
  if (!check.has(key)) return undefined
  const value = check.raw(key)
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(String(value)) ?? []
  if (number === undefined)
    return check.refuse(key, `'${key}' must be a duration such as 10s, not ${JSON.stringify(value)}`)
  return Number(number) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(unit ?? "s") as "ms" | "s" | "m" | "h"]
}

function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
