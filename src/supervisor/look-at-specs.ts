import { resumeOwed, takeUpKnown } from "./change/catch-up.ts"
import type { KnownServices } from "./change/known-services.ts"
import type { Say, SupervisorContext } from "./context.ts"
import { checkBinds } from "./group/bind-watch.ts"
import { checkGates } from "./group/gate.ts"
import type { Roster } from "./roster.ts"
import type { Reason } from "./service/messages.ts"
import { type Operation, reconcile } from "./spec/reconcile.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import { readSpecs, type SkippedSpec } from "./spec/spec-files.ts"
import { applyOperations, overtakeChange, releaseNameOf } from "./spec-changes.ts"
import type { ChangeContext } from "./take-spec.ts"

/** `changing`: what changes of specs take, for a reason. */
export type LookContext = Readonly<{
  context: SupervisorContext
  roster: Roster
  say: Say
  changing: (reason: Reason) => ChangeContext
  known: KnownServices
}>

/**
 * Looks at the spec files and does what they want. `skipped`: the files that were complained of, and why; `reason`: why
 * what is new starts.
 */
export function lookAtSpecs(looking: LookContext, skipped: Map<string, string>, reason: Reason): void {
  const { context, roster, say, known } = looking
  const change = looking.changing(reason)
  const { changes } = change
  const found = readSpecs({ files: context.host.files, layout: context.layout, env: context.host.env })
  const kept = keptSpecs(looking, found.skipped)
  const wanted = new Map([...found.specs, ...kept])
  sayOnce(skipped, found.skipped, ({ name, path, reason: why }) => {
    const rest = kept.has(name)
      ? `${name} goes on as it was loaded; removing the file unloads it`
      : "This file will be skipped"
    say("hab-sup", "SD", `Error when loading service spec file '${path}' (${why}). ${rest}.`)
  })
  // Of a service that could not be opened nothing has to end: without its spec it is gone.
  for (const [name, { problem }] of roster.broken) {
    if (wanted.has(name)) continue
    roster.broken.delete(name)
    if (known.has(name)) say("hab-sup", "HK", `${name} was unloaded without hooks around that: ${problem}`)
  }
  for (const name of roster.creating.keys()) if (!wanted.has(name)) changes.drop(name)
  const owed = takeUpKnown(change, wanted)
  resumeOwed(change, owed)
  const services = [...roster.services.values()]
  const inForce = new Map(services.map((held) => [held.name, held.spec]))
  const leaving = services.filter((held) => held.leaving).map((held) => held.name)
  for (const held of services) if (changes.isPending(held.name)) overtakeChange(change, held, wanted.get(held.name))
  for (const [name, operations] of byService(reconcile(inForce, wanted))) {
    // A service that is being unloaded, or whose hooks decide, is left alone until that is over; then we look again.
    if (!leaving.includes(name) && !changes.isPending(name)) applyOperations(change, name, operations)
  }
  resumeOwed(change, owed)
  for (const held of roster.services.values()) {
    if (!held.leaving && !changes.isPending(held.name)) known.note(held.spec, releaseNameOf(held))
  }
  known.keep(new Set([...wanted.keys(), ...inForce.keys()]))
  checkBinds(context, roster, say)
  checkGates(context, roster)
  changes.wake()
}

/** A file that cannot be understood changes nothing: a service that is loaded stays as it was, over our own end too. */
function keptSpecs({ roster, known }: LookContext, skipped: readonly SkippedSpec[]): ReadonlyMap<string, ServiceSpec> {
  return new Map(
    skipped.flatMap(({ name }) => {
      const spec = roster.services.get(name)?.spec ?? (known.has(name) ? known.specOf(name) : undefined)
      return spec === undefined ? [] : [[name, spec] as const]
    }),
  )
}

function byService(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const found = new Map<string, Operation[]>()
  for (const operation of operations) found.set(operation.name, [...(found.get(operation.name) ?? []), operation])
  return found
}

/** Each broken file is complained of once, and again when it is broken in another way. */
function sayOnce(
  known: Map<string, string>,
  problems: readonly SkippedSpec[],
  say: (problem: SkippedSpec) => void,
): void {
  for (const problem of problems) if (known.get(problem.path) !== problem.reason) say(problem)
  known.clear()
  for (const { path, reason } of problems) known.set(path, reason)
}
