import { describeFailure, HabError } from "../../base/errors.ts"
import type { EventName } from "../../hooks/events.ts"
import { hasLeft, type Outcome, outcomeOf, removalOf } from "./change-outcome.ts"
import type { ChangeParts } from "./change-runner.ts"
import { BRACKETS, type ChangeStatus, type ServiceChange } from "./service-change.ts"
import { type Before, pastOf, snapshotsFor } from "./snapshots.ts"

/** How often a change is tried again at most, because error hooks ask for it (decisions 29). */
export const RETRIES_MAX = 100

/** What ends a change before its end, in one sentence. */
class ChangeFailure extends Error {}

/** Something else was asked for, or the supervisor goes. */
export class ChangeGivenUp extends Error {}

/** One change as its steps see it. */
export type ChangeTask = Readonly<{
  context: ChangeParts
  change: ServiceChange
  waits: boolean
  signal: AbortSignal
  set: (facts: Partial<ChangeStatus>) => void
  until: (what: string, holds: () => boolean) => Promise<void>
}>

/**
 * A change from the hooks before it to those after it (spec lifecycle §C.6): a failing one before it keeps it from coming
 * into force, a failing one after it is told. Throws ChangeFailure, ChangeGivenUp.
 */
export async function changeService(task: ChangeTask): Promise<void> {
  const { change, context } = task
  const { between = [], after } = BRACKETS[change.verb]
  const past = change.resumed ?? (change.verb === "create" ? {} : pastOf(change.held))
  if (change.resumed === undefined) await allowed(task, past)
  if (context.hasHooks(change, [...between, ...after])) context.owe(change, past)
  if (between.length > 0) await replace(task, between, past)
  else await change.act()
  task.set({ phase: "acting" })
  await untilItIs(task, past)
  task.set({ phase: "after" })
  for (const event of after) await reported(task, event, past)
}

/** Runs the hooks before it, any of which may keep it from coming into force. */
async function allowed(task: ChangeTask, past: Before): Promise<void> {
  const { change, context } = task
  const { before } = BRACKETS[change.verb]
  if (change.awaits !== undefined) {
    await task.until(`${change.held.name} waits for what it depends on`, () => change.awaits?.().length === 0)
  }
  if (change.verb === "create" && context.hasHooks(change, before)) prepare(task)
  for (const event of before) await refusing(task, event, past)
  if (!change.isWanted()) throw new ChangeGivenUp()
}

/** What takes the place of another may start once the hooks after the removal of that are over (decisions 28). */
async function replace(task: ChangeTask, between: readonly EventName[], past: Before): Promise<void> {
  const { change, context, set } = task
  const { held } = change
  const { roster } = context
  held.isReplacing = true
  roster.post(held, { tag: "binds-unmet" })
  try {
    await change.act()
    set({ phase: "acting" })
    await task.until(`what was ${held.name} to end`, () => hasLeft(roster, held))
    if (held.service.refused !== undefined) return
    for (const event of between) await reported(task, event, past)
    // From here on only those after a creation are owed.
    if (context.hasHooks(change, BRACKETS.create.after)) context.owe({ ...change, verb: "create" }, past)
    else context.settle(held.name)
  } finally {
    held.isReplacing = false
  }
}

/** Runs the hooks of an event that nothing can undo any more. */
async function reported(task: ChangeTask, event: EventName, past: Before): Promise<void> {
  const { spec, verb } = task.change
  const problem = await problemOf(task, event, past)
  if (problem !== undefined) throw new ChangeFailure(`${problem}; ${spec.ident.name} ${STAYS[verb]}`)
}

const STAYS = {
  create: "stays loaded",
  update: "stays as it was changed",
  replace: "stays replaced",
  delete: "stays unloaded",
} as const

const REFUSED = {
  create: "is not loaded",
  update: "stays as it was",
  replace: "stays as it was",
  delete: "stays loaded",
} as const

function prepare({ context, change: { held, verb } }: ChangeTask): void {
  try {
    context.prepare(held)
  } catch (error) {
    if (!(error instanceof HabError)) throw error
    throw new ChangeFailure(`${describeFailure(error)}; ${held.name} ${REFUSED[verb]}`)
  }
}

async function refusing(task: ChangeTask, event: EventName, past: Before): Promise<void> {
  const { change, context } = task
  const problem = await problemOf(task, event, past)
  if (problem === undefined) return
  if (change.force !== true) throw new ChangeFailure(`${problem}; ${change.held.name} ${REFUSED[change.verb]}`)
  context.say(change.held, `${problem}; it is unloaded by force`)
}

/** Runs the hooks of one event; why they failed, or undefined. */
async function problemOf(task: ChangeTask, event: EventName, past: Before): Promise<string | undefined> {
  const [outcome] = await runHooks(task, event, past)
  if (outcome === undefined || outcome.tag === "passed") return undefined
  if (outcome.tag === "cancelled") throw new ChangeGivenUp()
  return `the ${event} hooks of ${task.change.held.name} failed: ${outcome.problem}`
}

async function runHooks(task: ChangeTask, event: EventName, past: Before, errors?: readonly string[]) {
  const { context, change, signal, set } = task
  if (!context.hasHooks(change, [event])) return []
  set({ step: `its ${event} hooks run` })
  const { spec, held, reason, changed, verb } = change
  const { operation } = BRACKETS[verb]
  const outcomes = await context.runHooks(
    change,
    {
      event,
      reason,
      ...snapshotsFor(event, past, { spec, held, operation }),
      ...(changed === undefined ? {} : { changed }),
      ...(errors === undefined ? {} : { errors, failedOperation: operation }),
    },
    signal,
  )
  if (signal.aborted) throw new ChangeGivenUp()
  return outcomes
}

/** Waits for what comes of it, and has it tried again while an error hook asks for that. */
async function untilItIs(task: ChangeTask, past: Before): Promise<void> {
  const { change, context, waits } = task
  const errors: string[] = []
  for (;;) {
    const outcome = await outcomeAwaited(task)
    if (outcome.tag === "done") return
    errors.unshift(outcome.problem)
    const failure = new ChangeFailure(`${change.held.name}: ${outcome.problem}`)
    if (!waits || errors.length > RETRIES_MAX || !(await asksAgain(task, past, errors))) throw failure
    context.say(change.held, `${outcome.problem}; tried again (${errors.length} of at most ${RETRIES_MAX} times)`)
    const wish = change.verb === "delete" ? ({ tag: "unload", reason: "unload" } as const) : undefined
    context.roster.post(change.held, wish ?? { tag: "start", reason: change.reason })
  }
}

async function outcomeAwaited(task: ChangeTask): Promise<Exclude<Outcome, undefined>> {
  const { change, context, waits } = task
  const { held, verb } = change
  const look = () => (verb === "delete" ? removalOf(context.roster, held) : outcomeOf(context.roster, held, waits))
  const goal = verb === "delete" ? "end" : "start"
  await task.until(`${held.name} to ${goal}`, () => look() !== undefined)
  return look() ?? { tag: "done" }
}

/** Every error hook is asked; one yes is enough. */
async function asksAgain(task: ChangeTask, past: Before, errors: readonly string[]): Promise<boolean> {
  const answers = await runHooks(task, "on-error", past, [...errors])
  return answers.some(({ tag }) => tag === "passed")
}
