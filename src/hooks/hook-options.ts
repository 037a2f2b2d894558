import { parseDuration } from "../base/duration.ts"
import { optional } from "../base/optional.ts"
import type { FieldReader } from "../config/field-reader.ts"
import { UNTIL_SUCCESS } from "./aliases.ts"
import type { HookOptions, RetryPolicy } from "./declaration.ts"
import { REASON_GROUPS, REASONS } from "./reasons.ts"

/** Reads one option; what does not fit is noted by the reader and absent. */
type OptionRow = Readonly<{ meaning: string; read: (hook: FieldReader, key: string) => HookOptions }>

/** Every option of a hook by its key in TOML (spec lifecycle §C.3): read, checked and printed from here. */
export const HOOK_OPTIONS = {
  user: {
    meaning: "who it runs as; the service's user without it",
    read: (hook, key) => optional("user", hook.text(key)),
  },
  group: { meaning: "its primary group", read: (hook, key) => optional("group", hook.text(key)) },
  working_dir: {
    meaning: "its working directory; relative to the declaring file's folder",
    read: (hook, key) => optional("workingDir", hook.text(key)),
  },
  environment: {
    meaning: "variables, as a table or a list of `NAME=value`; over `env_file`",
    read: (hook, key) => optional("environment", hook.pairs(key)),
  },
  env_file: {
    meaning: "a dotenv file; with `?` in front it may be missing",
    read: (hook, key) => optional("envFile", hook.text(key)),
  },
  inherit_env: {
    meaning: "`true` begins with the supervisor's whole environment",
    read: (hook, key) => optional("inheritEnv", hook.flag(key)),
  },
  timeout: {
    meaning: 'its deadline (`"10s"`, `"2m"`, or seconds); 0 is none',
    read: (hook, key) => optional("timeoutMs", duration(hook, key)),
  },
  ignore_errors: {
    meaning: "`true` warns of a failure instead of what the event does about it",
    read: (hook, key) => optional("ignoreErrors", hook.flag(key)),
  },
  retry: {
    meaning: "`{ max, delay, backoff, max_delay }`: runs it again when it fails; `max = 0` until it succeeds",
    read: (hook, key) => optional("retry", retryPolicy(hook, key)),
  },
  once: {
    meaning: '`true`: skipped after its first success; `"release"`: for this release',
    read: (hook, key) => optional("once", once(hook, key)),
  },
  on: {
    meaning: "[reasons](lifecycle.md#reasons) it runs for, or `requested`, `unrequested`, `any`",
    read: (hook, key) => optional("on", reasons(hook, key)),
  },
  parallel: {
    meaning: "`true`: runs together with the parallel hooks next to it",
    read: (hook, key) => optional("parallel", hook.flag(key)),
  },
  preview: { meaning: "`true`: runs in a dry run too", read: (hook, key) => optional("preview", hook.flag(key)) },
  wait: {
    meaning: '`"healthy"` (post-start only): runs once the service is healthy',
    read: (hook, key) => optional("wait", hook.choice(key, ["healthy"])),
  },
  for: {
    meaning: "sup.toml only: the services it is about, with `*` for any text",
    read: (hook, key) => optional("for", hook.words(key)),
  },
  last: {
    meaning: "package events only: `true` for the last installed release alone",
    read: (hook, key) => optional("last", hook.flag(key)),
  },
} as const satisfies Record<string, OptionRow>

export const OPTION_KEYS: readonly string[] = Object.keys(HOOK_OPTIONS)

/** Every option a table names. Problems are the reader's. */
export function readHookOptions(hook: FieldReader): HookOptions {
  const read = Object.entries(HOOK_OPTIONS).map(([key, row]) => (hook.has(key) ? row.read(hook, key) : {}))
  return Object.assign({}, ...read) as HookOptions
}

function duration(hook: FieldReader, key: string): number | undefined {
  if (!hook.has(key)) return undefined
  const timeMs = parseDuration(hook.raw(key))
  return timeMs ?? hook.refuse(key, `'${key}' must be a duration like "10s", not ${JSON.stringify(hook.raw(key))}`)
}

function once(hook: FieldReader, key: string): true | "release" | undefined {
  const value = hook.raw(key)
  if (value === false || value === true || value === "release") return value === false ? undefined : value
  return hook.refuse(key, `'${key}' must be true or "release", not ${JSON.stringify(value)}`)
}

/** `retry = 3` is short for `{ max = 3 }`. */
function retryPolicy(hook: FieldReader, key: string): RetryPolicy | undefined {
  if (typeof hook.raw(key) === "number") {
    const max = hook.whole(key)
    return max === undefined ? undefined : { ...UNTIL_SUCCESS, max }
  }
  const retry = hook.table(key)
  retry.onlyKnown(["max", "delay", "backoff", "max_delay"])
  return {
    max: retry.whole("max") ?? 0,
    delayMs: duration(retry, "delay") ?? UNTIL_SUCCESS.delayMs,
    backoff: backoff(retry),
    delayMsMax: duration(retry, "max_delay") ?? UNTIL_SUCCESS.delayMsMax,
  }
}

function backoff(retry: FieldReader): RetryPolicy["backoff"] {
  const value = retry.raw("backoff") ?? UNTIL_SUCCESS.backoff
  if (value === "linear" || (typeof value === "number" && value >= 1)) return value
  retry.refuse("backoff", `'backoff' must be "linear" or a factor of at least 1, not ${JSON.stringify(value)}`)
  return UNTIL_SUCCESS.backoff
}

function reasons(hook: FieldReader, key: string): readonly string[] | undefined {
  const value = hook.raw(key)
  const wanted = typeof value === "string" ? [value] : hook.words(key)
  const known: readonly string[] = [...Object.keys(REASONS), ...REASON_GROUPS]
  const wrong = wanted?.filter((reason) => !known.includes(reason)) ?? []
  if (wrong.length === 0) return wanted
  return hook.refuse(key, `'${key}' names no reason: ${wrong.join(", ")}; reasons are ${known.join(", ")}`)
}
