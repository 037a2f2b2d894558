import { type HookFile, RESTARTING_HOOKS } from "../../hooks/events.ts"

/** What one rendering rewrote because its text differed from what was there. */
export type Changes = Readonly<{
  /** Hooks by their file names. */
  hooks: readonly HookFile[]
  /** Config files, as paths below `config/`. */
  config: readonly string[]
}>

export const NO_CHANGES: Changes = { hooks: [], config: [] }

/** Why a change restarts the service: named in the log and in the hooks' reason. */
export type RestartCause = "package" | (typeof RESTARTING_HOOKS)[number] | "config"

/** What a running service does about a change. */
export type ChangeResponse =
  | { readonly tag: "nothing" }
  | { readonly tag: "reconfigure" }
  | { readonly tag: "restart"; readonly cause: RestartCause }

/** What is known when the response is chosen. */
export type Owed = Readonly<{
  /** Everything rendered since the process was spawned, or since the last reconfigure. */
  changes: Changes
  /** A release newer than the running one is to be used. */
  newRelease: boolean
  hasReconfigure: boolean
}>

/**
 * A new release restarts; a changed init, run or post-run text restarts, in this precedence; a changed config restarts
 * only where no reconfigure hook can take it; a changed reconfigure hook alone runs it (spec supervisor §2.6,
 * decisions 14). Other hooks are simply used with their new text from then on.
 */
export function respondToChange({ changes, newRelease, hasReconfigure }: Owed): ChangeResponse {
  if (newRelease) return { tag: "restart", cause: "package" }
  const cause = RESTARTING_HOOKS.find((hook) => changes.hooks.includes(hook))
  if (cause !== undefined) return { tag: "restart", cause }
  const configChanged = changes.config.length > 0
  if (hasReconfigure && (configChanged || changes.hooks.includes("reconfigure"))) return { tag: "reconfigure" }
  return configChanged ? { tag: "restart", cause: "config" } : { tag: "nothing" }
}

/** Both changes as one; what is in both is named once. */
export function mergeChanges(earlier: Changes, later: Changes): Changes {
  if (earlier === NO_CHANGES) return later
  return {
    hooks: [...new Set([...earlier.hooks, ...later.hooks])],
    config: [...new Set([...earlier.config, ...later.config])],
  }
}
