import { HabError } from "../../base/errors.ts"
import { takePartInUpdates } from "../../cluster/ring/rollout-part.ts"
import type { SupervisorContext } from "../context.ts"
import type { Observer } from "../observer.ts"
import type { RingView } from "../ring/ring-census.ts"
import type { Supervised } from "../supervised.ts"
import type { Supervisor } from "../supervisor.ts"
import type { DepotHost } from "./find-head.ts"
import { openLocalRing } from "./local-ring.ts"
import { createOutages, type Outages } from "./outages.ts"
import { chooseFor, type UpdateParts, updateActions } from "./update-actions.ts"

export type UpdateOptions = Readonly<{
  periodMs: number
  /** How many releases of a service's package stay once it runs a newer one. Absent: all. */
  keepLatest?: number
}>

export type Updater = Readonly<{
  observer: Observer
  /** Begins to look; returns how to stop. */
  start(supervisor: Supervisor): () => void
}>

/**
 * Keeps services with an update strategy on their channel: looks every period, the first time after a random part of
 * one, and lets them take part in the updates of their groups. `rolling` in a ring is an update of all members, one at a
 * time; everything else is one of a group of one, in a ring of this supervisor alone (spec supervisor §6.6).
 */
export function createUpdater(
  context: SupervisorContext,
  host: DepotHost,
  options: UpdateOptions,
  told: Pick<Observer, "onUpdate">,
): Updater {
  const { clock, random } = context.host
  const takePart = partTaker(context, options.periodMs)
  let parts: UpdateParts | undefined
  let outages: Outages | undefined
  let cancel = () => {}
  const follow = (held: Supervised) => {
    if (parts !== undefined) takePart(parts, held)
  }
  const search = async (held: Supervised) => {
    if (parts === undefined || held.rollout === undefined) return
    try {
      await held.rollout.search(chooseFor(parts, held, kindOf(context, held) === "ring"))
      outages?.worked(held)
    } catch (error) {
      if (!(error instanceof HabError)) throw error
      outages?.failed(held, error.message)
    }
  }
  const next = (delayMs: number) => {
    cancel = clock.schedule(delayMs, () => void searchAll().finally(() => next(options.periodMs)))
  }
  /** All at once: a depot that does not answer keeps only its own services waiting. */
  const searchAll = () => Promise.all([...(parts?.supervisor.roster.services.values() ?? [])].map(search))
  return {
    observer: {
      onStep: (held, { event }) => {
        if (event.tag === "process-started") void purge(context, parts?.supervisor, held, options.keepLatest)
        follow(held)
      },
      onHook: () => undefined,
      onUpdate: () => undefined,
    },
    start(supervisor) {
      parts = { context, host, supervisor, observer: told }
      outages = createOutages(supervisor.say)
      for (const held of supervisor.roster.services.values()) follow(held)
      next(random() * options.periodMs)
      return () => {
        cancel()
        cancel = () => undefined
        parts = undefined
        for (const held of supervisor.roster.services.values()) held.rollout?.stop(false)
      }
    },
  }
}

/** Lets a service take part in the updates of its group, as what its spec makes of it now. */
function partTaker(context: SupervisorContext, retryMs: number): (parts: UpdateParts, held: Supervised) => void {
  let localRing: RingView | undefined
  /** The kind of its part in `held.rollout`. */
  const kinds = new WeakMap<Supervised, string>()
  const ringOf = (kind: "local" | "ring") => {
    if (kind === "ring" && context.ring !== undefined) return context.ring
    localRing ??= openLocalRing(context)
    return localRing
  }
  return (parts, held) => {
    const kind = kindOf(context, held)
    const known = `${kind} ${held.group}`
    if (kinds.get(held) !== known) {
      held.rollout?.stop(false)
      held.rollout = undefined
      if (kind !== "none") {
        const actions = updateActions(parts, held, kind === "ring")
        const { clock } = context.host
        held.rollout = takePartInUpdates({ ...ringOf(kind), group: held.group, clock, retryMs, actions })
      }
      kinds.set(held, known)
    }
    if (held.service.state.tag === "gone") held.rollout?.stop(kind === "local")
    else held.rollout?.look()
  }
}

function kindOf({ ring }: SupervisorContext, { spec }: Supervised): "none" | "local" | "ring" {
  if (spec.updateStrategy === "none" || spec.own.command !== undefined) return "none"
  return spec.updateStrategy === "rolling" && ring !== undefined ? "ring" : "local"
}

/** Removes all releases of its package but the newest so many. */
async function purge(
  { store }: SupervisorContext,
  supervisor: Supervisor | undefined,
  held: Supervised,
  keepLatest: number | undefined,
): Promise<void> {
  const { ident } = held.release?.pkg ?? {}
  if (supervisor === undefined || ident === undefined || keepLatest === undefined) return
  const { origin, name } = ident
  if (store.list({ origin, name }).length <= keepLatest) return
  await supervisor.runHab(held, ["pkg", "uninstall", `${origin}/${name}`, "--keep-latest", String(keepLatest)])
}
