import { resumeOwed, takeUpKnown } from "./change/catch-up.ts"
import type { KnownServices } from "./change/known-services.ts"
import type { Say, SupervisorContext } from "./context.ts"
import { checkBinds } from "./group/bind-watch.ts"
import { checkGates } from "./group/gate.ts"
import type { Roster } from "./roster.ts"
import type { Reason } from "./service/messages.ts"
import { reconcile } from "./spec/reconcile.ts"
import type { ServiceSpec } from "./spec/spec.ts"
import { readSpecs, type SkippedSpec } from "./spec/spec-files.ts"
import { applyOperations, overtakeChange, releaseNameOf } from "./spec-changes.ts"
import type { Supervised } from "./supervised.ts"
import type { ChangeContext } from "./take-spec.ts"

/** `changing`: what changes of specs take, for a reason. `inTurn`: runs what takes a while in turn with other work. */
export type LookContext = Readonly<{
  context: SupervisorContext
  roster: Roster
  say: Say
  changing: (reason: Reason) => ChangeContext
  known: KnownServices
  inTurn: (job: () => void) => void
}>

/** Brings what runs to what the spec files want. */
export type SpecLook = Readonly<{
  /**
   * Looks at the spec files and does what they want: for the services of the names in `now` before it returns, for the
   * others in turn with other work. `reason`: why what is new starts.
   */
  look(reason: Reason, now?: readonly string[]): void
  /** Resolves when all is done that the last look found, or it was given up. */
  done(): Promise<void>
  /** What was found and is not done yet is left as it is. */
  giveUp(): void
}>

/** What a service is to become, for a reason; without a spec it is to be unloaded. */
type Wanted = Readonly<{ spec: ServiceSpec | undefined; reason: Reason }>

type Specs = ReadonlyMap<string, ServiceSpec>

type State = {
  /** Files that were complained of, and why. */
  readonly skipped: Map<string, string>
  /** What the last look found and was not come to yet. */
  pending: Map<string, Wanted>
  isOver: boolean
  /** Services whose last change still owes hooks, and which are not listed yet. */
  owed: readonly string[]
  waiting: (() => void)[]
}

/** The look of a supervisor that has not looked yet. */
export function createSpecLook(looking: LookContext): SpecLook {
  const state: State = { skipped: new Map(), pending: new Map(), isOver: true, owed: [], waiting: [] }
  return {
    look(reason, now = []) {
      const change = looking.changing(reason)
      const specs = specsOnDisk(looking, state.skipped)
      takeUp(looking, state, change, specs)
      const pending = differences(looking, state, specs, reason)
      Object.assign(state, { pending, isOver: false })
      // A look that comes in between finds all of it anew.
      const inTurn = (act: () => void) => looking.inTurn(() => state.pending === pending && act())
      for (const name of now) bringTo(looking, pending, name)
      for (const name of pending.keys()) inTurn(() => bringTo(looking, pending, name))
      const finish = () => finishLook(looking, state, change, specs)
      if (pending.size === 0) finish()
      else inTurn(finish)
    },
    giveUp() {
      state.pending = new Map()
      close(state)
    },
    done: () => (state.isOver ? Promise.resolve() : new Promise((resolve) => state.waiting.push(resolve))),
  }
}

/** The specs as they are on disk; of files that cannot be understood those that were in force. */
function specsOnDisk(looking: LookContext, skipped: Map<string, string>): Specs {
  const { context, say } = looking
  const found = readSpecs({ files: context.host.files, layout: context.layout, env: context.host.env })
  const kept = keptSpecs(looking, found.skipped)
  sayOnce(skipped, found.skipped, ({ name, path, reason: why }) => {
    const rest = kept.has(name)
      ? `${name} goes on as it was loaded; removing the file unloads it`
      : "This file will be skipped"
    say("hab-sup", "SD", `Error when loading service spec file '${path}' (${why}). ${rest}.`)
  })
  return new Map([...found.specs, ...kept])
}

/** What nobody has to wait a turn for. */
function takeUp({ roster, known, say }: LookContext, state: State, change: ChangeContext, specs: Specs): void {
  const { changes } = change
  // Of a service that could not be opened nothing has to end: without its spec it is gone.
  for (const [name, { problem }] of roster.broken) {
    if (specs.has(name)) continue
    roster.broken.delete(name)
    if (known.has(name)) say("hab-sup", "HK", `${name} was unloaded without hooks around that: ${problem}`)
  }
  for (const name of roster.creating.keys()) if (!specs.has(name)) changes.drop(name)
  state.owed = resumeOwed(change, [...state.owed, ...takeUpKnown(change, specs)])
}

/** The services that are not what the specs want, in the order in which they are to become it. */
function differences(
  { roster, changing }: LookContext,
  { pending }: State,
  specs: Specs,
  reason: Reason,
): Map<string, Wanted> {
  const change = changing(reason)
  const services = [...roster.services.values()]
  const inForce = new Map(services.map((held) => [held.name, held.spec]))
  for (const held of services) {
    if (change.changes.isPending(held.name)) overtakeChange(change, held, specs.get(held.name))
  }
  return new Map(
    reconcile(inForce, specs).map(({ name }) => {
      const wanted = { spec: specs.get(name), reason: pending.get(name)?.reason ?? reason }
      return [name, wanted] as const
    }),
  )
}

/** Does what is pending of one service, by what it is at this moment. */
function bringTo({ roster, changing, known }: LookContext, pending: Map<string, Wanted>, name: string): void {
  const wanted = pending.get(name)
  if (wanted === undefined) return
  pending.delete(name)
  const change = changing(wanted.reason)
  const held = roster.services.get(name)
  // A service that is being unloaded, or whose hooks decide, is left alone until that is over; then we look again.
  if (held?.leaving === true || change.changes.isPending(name)) return
  const alone = (spec: ServiceSpec | undefined): Specs => new Map(spec === undefined ? [] : [[name, spec]])
  const operations = reconcile(alone(held?.spec), alone(wanted.spec))
  if (operations.length > 0) applyOperations(change, name, operations)
  const now = roster.services.get(name)
  if (now !== undefined) noteKnown(change, known, now)
}

/** Remembers the spec that is in force; of a service whose hooks decide, the one before. */
function noteKnown({ changes }: ChangeContext, known: KnownServices, held: Supervised): void {
  if (!held.leaving && !changes.isPending(held.name)) known.note(held.spec, releaseNameOf(held))
}

function finishLook(
  { context, roster, say, known }: LookContext,
  state: State,
  change: ChangeContext,
  specs: Specs,
): void {
  const { changes } = change
  state.owed = resumeOwed(change, state.owed)
  for (const held of roster.services.values()) noteKnown(change, known, held)
  known.keep(new Set([...specs.keys(), ...roster.services.keys()]))
  checkBinds(context, roster, say)
  checkGates(context, roster)
  changes.wake()
  close(state)
}

function close(state: State): void {
  state.isOver = true
  for (const resolve of state.waiting.splice(0)) resolve()
}

/** A file that cannot be understood changes nothing: a service that is loaded stays as it was, over our own end too. */
function keptSpecs({ roster, known }: LookContext, skipped: readonly SkippedSpec[]): Specs {
  return new Map(
    skipped.flatMap(({ name }) => {
      const spec = roster.services.get(name)?.spec ?? (known.has(name) ? known.specOf(name) : undefined)
      return spec === undefined ? [] : [[name, spec] as const]
    }),
  )
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
