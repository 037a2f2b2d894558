import { HabError } from "../../base/errors.ts"
import { isRunning } from "../change/service-change.ts"
import type { ApplyEffect } from "../gateway/apply-report.ts"
import { eventsWithHooks } from "../hooks/declared-hooks.ts"
import type { Supervised } from "../supervised.ts"
import type { ChangeContext } from "../take-spec.ts"
import { effectOf } from "./config-actions.ts"

/**
 * Its user.toml was written, or went: an update of the service, around which hooks run as around `hab config apply` (spec
 * lifecycle §C.6). What they refuse stays out of force until the file changes again.
 */
export function takeUserConfig(change: ChangeContext, held: Supervised): void {
  const { roster, changes } = change
  // It is read when the hooks before it are over.
  if (held.userConfig === "asked") return
  const take = () => {
    held.userConfig = "in force"
    roster.post(held, { tag: "inputs-changed" })
  }
  const effect = isInChange(change, held) ? undefined : effectToAsk(change, held)
  if (effect === undefined) return take()
  held.userConfig = "asked"
  const { spec, declared } = held
  const asked = changes.run({
    verb: "update",
    ...{ held, spec, declared, reason: "config", again: true },
    changed: effect.files.map(({ path }) => path),
    isWanted: () => roster.services.get(held.name) === held,
    act() {
      held.changeRefused = undefined
      take()
    },
    refused(problem) {
      held.userConfig = "refused"
      held.changeRefused = problem
    },
  })
  void asked.then(() => {
    if (held.userConfig !== "asked") return
    // Given up for another change of the service, it comes with that; for a stop, with the next start.
    if (isInChange(change, held)) take()
    else held.userConfig = "in force"
  })
}

/** A hook around another change of the service may configure it: that is part of that change. */
function isInChange({ changes }: ChangeContext, { name }: Supervised): boolean {
  const status = changes.status(name)
  return status !== undefined && isRunning(status)
}

/** What it changes, where hooks are to be asked; what cannot be used is told by who renders it. */
function effectToAsk({ context, roster }: ChangeContext, held: Supervised): ApplyEffect | undefined {
  const { release, declared } = held
  const hooked = release === undefined ? undefined : eventsWithHooks(release, declared)
  if (!hooked?.has("pre-update") && !hooked?.has("post-update")) return undefined
  try {
    const effect = effectOf(context, roster, held, {})
    return effect.changes.length === 0 || effect.problems.length > 0 ? undefined : effect
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return undefined
  }
}
