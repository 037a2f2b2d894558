import { HabError } from "../../base/errors.ts"
import type { Choice } from "../../supervisor/control/loaded-specs.ts"
import type { OptionSpec } from "../command.ts"

export const SHUTDOWN_TIMEOUT = {
  kind: "number",
  value: "SECONDS",
  summary: "Seconds between the shutdown signal and SIGKILL, this time",
} as const satisfies OptionSpec

export const ALL = { kind: "flag", summary: "Every loaded service" } as const satisfies OptionSpec

export const SET = {
  kind: "text",
  value: "NAME",
  summary: "Every service of an applied set, with the hooks of the set",
} as const satisfies OptionSpec

/** One service, --all, or --set, and only one of them. Throws USAGE. */
export function allSetOrOne(text: string | undefined, all: boolean, set: string | undefined): Choice {
  if (set === undefined) return allOrOne(text, all)
  if (!all && text === undefined) return { set }
  throw new HabError("USAGE", "give a service, --all or --set, and only one of them")
}

/** One service, or --all, and not both. Throws USAGE. */
export function allOrOne(text: string | undefined, all: boolean): Choice {
  if (all && text === undefined) return { all: true }
  if (!all && text !== undefined) return { ident: text }
  throw new HabError("USAGE", all ? "give a service or --all, not both" : "say which service, or --all", {
    hint: "`hab svc status` shows what is loaded",
  })
}
