import { HabError } from "../../base/errors.ts"
import { stringifyIdent, tryParseIdent } from "../../package/ident.ts"
import { openHeld } from "../held.ts"
import { eventsWithHooks } from "../hooks/declared-hooks.ts"
import { sameSpec } from "../spec/reconcile.ts"
import type { ServiceSpec } from "../spec/spec.ts"
import { adoptHeld, isAnother } from "../spec-changes.ts"
import type { Supervised } from "../supervised.ts"
import type { ChangeContext } from "../take-spec.ts"
import { upgradeAtBoot } from "../upgrades.ts"
import type { OwedChange } from "./known-services.ts"
import { BRACKETS, type ChangeVerb, eventsOf } from "./service-change.ts"

/**
 * Takes up, as they were, services whose spec went or became another while no supervisor ran, where hooks are declared
 * around that: the look at the specs that follows then changes them as if it had happened now (spec lifecycle §C.6).
 * Returns the names of services whose last change still owes hooks. To be called before the first look; `found`: the specs
 * on disk.
 */
export function takeUpKnown(change: ChangeContext, found: ReadonlyMap<string, ServiceSpec>): readonly string[] {
  const { known } = change
  const earlier = known.takeEarlier()
  for (const name of earlier) {
    const spec = known.specOf(name)
    const wanted = found.get(name)
    // What was removed and is there again is another one.
    if (wanted !== undefined && known.owedBy(name)?.verb === "delete") known.settle(name)
    else if (spec !== undefined) takeUp(change, spec, wanted)
  }
  return earlier.filter((name) => known.owedBy(name) !== undefined)
}

function takeUp(change: ChangeContext, spec: ServiceSpec, wanted: ServiceSpec | undefined): void {
  const verb = missed(spec, wanted)
  if (verb === undefined) return takeUpRelease(change, spec)
  const held = openAsItWas(change, spec)
  if (held === undefined) sayUnrun(change, spec, verb)
  if (held !== undefined && hasHooks(held, verb)) {
    if (!adoptHeld(change, held)) {
      held.spec = { ...spec, desiredState: "down" }
      rest(change, held)
    }
  } else if (verb === "delete") change.known.settle(spec.ident.name)
}

/**
 * Goes on with changes that came into force under an earlier supervisor: their hooks after that are owed. Returns the names
 * of services that are not listed yet.
 */
export function resumeOwed(change: ChangeContext, names: readonly string[]): readonly string[] {
  const { known, roster, changes } = change
  for (const name of names) {
    const held = roster.services.get(name)
    const owed = known.owedBy(name)
    if (held === undefined || owed === undefined || changes.isPending(name)) continue
    void changes.run({
      ...{ verb: owed.verb, held, spec: held.spec, declared: held.declared, reason: owed.reason },
      ...(owed.changed === undefined ? {} : { changed: owed.changed }),
      resumed: owed.old === undefined ? {} : { old: owed.old },
      isWanted: () => true,
      act: () => goOn(change, held, owed),
      refused: () => undefined,
    })
  }
  return names.filter((name) => !roster.services.has(name))
}

/** A service whose process ended, and of which a newer release was installed: the hooks of the old one come first. */
function takeUpRelease(change: ChangeContext, spec: ServiceSpec): void {
  const { context, known } = change
  const had = known.releaseOf(spec.ident.name)
  const old = had === undefined ? undefined : tryParseIdent(had)
  const newest = context.store.find(spec.ident)
  if (old === undefined || newest === undefined || stringifyIdent(newest.ident) === had) return
  if (spec.desiredState === "down" || context.store.find(old) === undefined) return
  const held = openAsItWas(change, { ...spec, ident: old })
  if (held === undefined || !hasHooks(held, "update")) return
  held.spec = spec
  if (adoptHeld(change, held)) return
  rest(change, held)
  upgradeAtBoot(change, held, newest.ident)
}

/** Its process ended while nobody watched: it would be started again before its hooks were asked. */
function rest({ roster }: ChangeContext, held: Supervised): void {
  if (held.service.state.tag !== "down") roster.post(held, { tag: "stop", reason: "manual" })
}

/** What is not done yet: a process that lives is the old one, for the new one waits for hooks that are owed. */
function goOn({ roster }: ChangeContext, held: Supervised, { verb, reason }: OwedChange): void {
  if (verb === "replace" && held.service.life.pid !== undefined) roster.post(held, { tag: "restart", reason })
  if (verb !== "delete") return
  held.leaving = true
  roster.post(held, { tag: "unload", reason: "unload" })
}

/** What happened to a service meanwhile; undefined: nothing. That somebody wants it up or down is no change of it. */
function missed(spec: ServiceSpec, wanted: ServiceSpec | undefined): ChangeVerb | undefined {
  if (wanted === undefined) return "delete"
  if (sameSpec({ ...spec, desiredState: wanted.desiredState }, wanted)) return undefined
  return isAnother(spec, wanted) ? "replace" : "update"
}

/** Undefined where its package is not installed any more: nothing can be run for it. */
function openAsItWas({ context, roster, say }: ChangeContext, spec: ServiceSpec): Supervised | undefined {
  try {
    return openHeld(context, roster.services.values(), spec, say)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    return undefined
  }
}

function sayUnrun({ say }: ChangeContext, { ident }: ServiceSpec, verb: ChangeVerb): void {
  const text = `${ident.name} was ${PASTS[verb]} while no supervisor ran, and ${stringifyIdent(ident)} is not installed any more`
  say("hab-sup", "HK", `${text}: hooks around that do not run`)
}

const PASTS = { create: "loaded", update: "changed", replace: "replaced", delete: "unloaded" } as const

function hasHooks({ release, declared }: Supervised, verb: ChangeVerb): boolean {
  const declaredFor = release === undefined ? new Set() : eventsWithHooks(release, declared)
  return eventsOf(BRACKETS[verb]).some((event) => declaredFor.has(event))
}
