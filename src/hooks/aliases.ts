import { nearest } from "../base/nearest.ts"
import type { HookOptions, RetryPolicy } from "./declaration.ts"
import { EVENTS, type EventName, isEventName, type SubjectKind } from "./events.ts"

/** Options an alias sets; an explicit option wins over them. `kind`: its value is the path of a JavaScript module. */
export type HookPreset = HookOptions & Readonly<{ kind?: "module" }>

export type Alias = Readonly<{ event: EventName; subject: SubjectKind; preset: HookPreset }>

/** Until it succeeds, with growing pauses: what `post-run` and a bare `retry` do. */
export const UNTIL_SUCCESS: RetryPolicy = { max: 0, delayMs: 1_000, backoff: 2, delayMsMax: 30_000 }

/** Familiar names (spec lifecycle §C.3): a canonical event and preset options, no behaviour of their own. */
export const ALIASES = {
  init: { event: "pre-start", subject: "service", preset: {} },
  "on-init": { event: "pre-start", subject: "service", preset: { once: true, first: true } },
  "post-run": { event: "post-start", subject: "service", preset: { retry: UNTIL_SUCCESS } },
  "post-start-hook": { event: "post-start", subject: "service", preset: { kind: "module" } },
  install: { event: "post-create", subject: "package", preset: { once: "release" } },
  uninstall: { event: "pre-delete", subject: "package", preset: { last: true } },
  "pre-cleanup": { event: "pre-delete", subject: "supervisor", preset: {} },
  "post-healthcheck-success": { event: "post-healthy", subject: "service", preset: {} },
  "post-healthcheck-fail": { event: "post-unhealthy", subject: "service", preset: {} },
  "on-run": { event: "pre-start", subject: "supervisor", preset: { on: ["boot", "reload"] } },
  "on-shutdown": { event: "pre-stop", subject: "supervisor", preset: { on: ["shutdown", "reload"], parallel: true } },
} as const satisfies Record<string, Alias>

export type AliasName = keyof typeof ALIASES

/** What a declared name means, in its canonical spelling, or the nearest name that means something. */
export type EventLookup =
  | {
      readonly tag: "event"
      readonly event: EventName
      readonly name: EventName | AliasName
      readonly preset: HookPreset
      /** Whom an alias is about. */
      readonly subject?: SubjectKind
    }
  | { readonly tag: "unknown"; readonly nearest?: string }

/**
 * The canonical event of a declared name: kebab-case, `snake_case` or `camelCase` (`beforeCreate`, `onShutdown`) as
 * TOML, YAML and TypeScript keys spell it. File names in `hooks/` are exact and never come here (decisions 2).
 */
export function canonicalEvent(name: string): EventLookup {
  const kebab = name
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase()
  const spelled = kebab.replace(/^before-/, "pre-").replace(/^after-/, "post-")
  if (isEventName(spelled)) return { tag: "event", event: spelled, name: spelled, preset: {} }
  if (isAlias(spelled)) return { tag: "event", name: spelled, ...ALIASES[spelled] }
  const close = nearest(spelled, [...Object.keys(EVENTS), ...Object.keys(ALIASES)])
  return close === undefined ? { tag: "unknown" } : { tag: "unknown", nearest: close }
}

function isAlias(name: string): name is AliasName {
  return Object.hasOwn(ALIASES, name)
}
