import { stringifyIdent } from "../../package/ident.ts"
import type { Say, SupervisorContext } from "../context.ts"
import { eventsWithHooks } from "../declared-hooks.ts"
import { renderHeld } from "../held.ts"
import type { Occasion } from "../moments.ts"
import { type PerformContext, runListOf } from "../perform.ts"
import type { Roster } from "../roster.ts"
import type { ChangeParts } from "./change-runner.ts"
import type { ServiceChange } from "./service-change.ts"

type Parts = Readonly<{ context: SupervisorContext; acting: PerformContext; roster: Roster; say: Say }>

/** What changes take, over the supervisor. */
export function changesOf({ context, acting, roster, say }: Parts, onProgress: ChangeParts["onProgress"]): ChangeParts {
  let runs = 0
  return {
    roster,
    onProgress,
    say: ({ group }, text) => say(group, "HK", text),
    prepare: (held) => void renderHeld(context, roster.services.values(), held, say),
    hasHooks: ({ held: { release }, declared }, events) => {
      if (release === undefined) return false
      const declaredFor = eventsWithHooks(release, declared)
      return events.some((event) => declaredFor.has(event))
    },
    async runHooks(change, occasion, signal) {
      const { held, declared } = change
      const { release } = held
      if (release === undefined) return []
      runs += 1
      const run = `change.${held.name}.${context.host.pid}.${runs}`
      let commands = 0
      const runId = () => `${run}/${++commands}`
      const planned = acting.planHooks(held, release, { ...namesOf(change, occasion), declared, runId })
      const lists = occasion.event === "on-error" ? planned.map((hook) => [hook]) : [planned]
      return Promise.all(lists.map((hooks) => runListOf(acting, held, hooks, signal).outcome))
    },
  }
}

/** What the change is about, as programs name it; nothing has an id before it was created. */
function namesOf({ verb, held }: ServiceChange, occasion: Occasion): Occasion {
  const isBefore = verb === "create" && occasion.event === "pre-create"
  const id = isBefore || held.release === undefined ? "" : stringifyIdent(held.release.ident)
  return { ...occasion, urn: `hab:service:${held.group}`, id }
}
