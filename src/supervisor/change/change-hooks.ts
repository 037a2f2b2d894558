import type { EventName } from "../../hooks/events.ts"
import { stringifyIdent } from "../../package/ident.ts"
import type { Say, SupervisorContext } from "../context.ts"
import { renderHeld } from "../held.ts"
import { eventsWithHooks } from "../hooks/declared-hooks.ts"
import type { Occasion } from "../hooks/moments.ts"
import { type PerformContext, runListOf } from "../perform.ts"
import type { Roster } from "../roster.ts"
import type { ChangeParts } from "./change-runner.ts"
import type { KnownServices } from "./known-services.ts"
import type { ServiceChange } from "./service-change.ts"

type Parts = Readonly<{
  context: SupervisorContext
  acting: PerformContext
  roster: Roster
  say: Say
  known: KnownServices
}>

const RUNS_OF_CHANGES = "change."

/** True for what hooks around a change of a service started. */
export function isOfChange(runId: string): boolean {
  return runId.startsWith(RUNS_OF_CHANGES)
}

/** What changes take, over the supervisor. */
export function changesOf(
  { context, acting, roster, say, known }: Parts,
  onProgress: ChangeParts["onProgress"],
): ChangeParts {
  let runs = 0
  return {
    roster,
    onProgress,
    say: ({ group }, text) => say(group, "HK", text),
    owe({ spec, verb, reason, changed }, { old }) {
      const more = { ...(old === undefined ? {} : { old }), ...(changed === undefined ? {} : { changed }) }
      known.owe(spec, { verb, reason, ...more })
    },
    settle: known.settle,
    prepare: (held) => void renderHeld(context, roster.services.values(), held, say),
    hasHooks: ({ held: { release }, declared }, events) => {
      if (release === undefined) return false
      const declaredFor = eventsWithHooks(release, declared)
      return events.some((event) => declaredFor.has(event))
    },
    async runHooks(change, occasion, signal) {
      const { held } = change
      const { release, declared } = hooksFor(change, occasion.event)
      if (release === undefined) return []
      runs += 1
      const run = `${RUNS_OF_CHANGES}${held.name}.${context.host.pid}.${runs}`
      let commands = 0
      const runId = () => `${run}/${++commands}`
      const planned = acting.planHooks(held, release, { ...namesOf(change, occasion), declared, runId })
      const lists = occasion.event === "on-error" ? planned.map((hook) => [hook]) : [planned]
      return Promise.all(lists.map((hooks) => runListOf(acting, held, hooks, signal).outcome))
    },
  }
}

/** Of a replacement, what comes supplies the hooks before it, and what goes those around its removal. */
function hooksFor({ held, declared, replacement }: ServiceChange, event: EventName) {
  if (event === "pre-create") return { declared, release: replacement?.release ?? held.release }
  return { declared: event.endsWith("-delete") ? (replacement?.removed ?? declared) : declared, release: held.release }
}

/** What the change is about, as programs name it; nothing has an id before it was created. */
function namesOf({ verb, held }: ServiceChange, occasion: Occasion): Occasion {
  const isBefore = verb === "create" && occasion.event === "pre-create"
  const id = isBefore || held.release === undefined ? "" : stringifyIdent(held.release.ident)
  return { ...occasion, urn: `hab:service:${held.group}`, id }
}
