import { describeSystemError } from "../../base/describe-system-error.ts"
import { isSystemError, messageOf } from "../../base/errors.ts"
import type { ServiceChanges } from "../change/change-runner.ts"
import type { HookNow } from "../gateway/explanation.ts"
import type { Roster } from "../roster.ts"
import type { Reason } from "../service/messages.ts"
import type { SpecContext } from "../spec/spec-files.ts"
import type { Supervised } from "../supervised.ts"
import { untilItHolds, type Waiting } from "../until-it-holds.ts"
import { type OwedStop, type OwedStops, owedStops } from "./owed-stops.ts"
import { type AppliedSet, readAppliedSets } from "./set-files.ts"
import type { SetHookEvent } from "./set-hooks.ts"
import { ALL_SERVICES, type SetOperation, type SetStatus, type SetVerb } from "./set-status.ts"
import { type SetSubject, subjectOf } from "./set-subject.ts"

/** What operations on sets take from the supervisor. */
export type SetContext = Readonly<{
  specs: SpecContext
  roster: Roster
  /** Looks at the spec files and does what they want, for the services of the names in `now` before it returns. */
  reconcile: (reason: Reason, now?: readonly string[]) => void
  restart: (held: Supervised, force: boolean) => void
  /** The changes of services whose hooks run. */
  changes: Pick<ServiceChanges, "status" | "serial" | "wishing">
  /** Runs the set's own hooks of an event; resolves with why they failed, or undefined. */
  runHooks: (
    set: string,
    event: SetHookEvent,
    run: Readonly<{ reason: Reason; signal: AbortSignal }>,
  ) => Promise<string | undefined>
  /** The set's own hooks that run now. */
  runningHooks: (set: string) => readonly HookNow[]
  /** Runs hooks of sup.toml that are about the supervisor; resolves as `runHooks`. */
  supervisorHooks: (
    event: SetHookEvent,
    run: Readonly<{ reason: Reason; signal: AbortSignal }>,
  ) => Promise<string | undefined>
  say: (text: string) => void
}>

/** One operation as its steps see it. */
export type SetTask = Readonly<{
  context: SetContext
  subject: SetSubject
  reason: Reason
  signal: AbortSignal
  /** Changes of services with a greater serial are this operation's. */
  since: number
  /** Resolves when it holds; looked at whenever a service takes a step. Rejects when the operation is given up. */
  until: (what: string, holds: () => boolean) => Promise<void>
  /** Runs the set's hooks of an event. Rejects with SetFailure where their failure is not ignored. */
  hooks: (event: SetHookEvent) => Promise<void>
}>

/** What ends an operation before its end, in one sentence. */
export class SetFailure extends Error {}

class GivenUp extends Error {}

export type SetRunner = Readonly<{
  /**
   * Begins an operation on a set, or on all services, giving up those before on the same. Returns its number. A `stop` is
   * owed from now on until it is over or something else is asked of the set. Throws where that cannot be written down; then
   * nothing was begun.
   */
  begin(
    set: string,
    verb: SetVerb,
    reason: Reason,
    steps: (task: SetTask) => Promise<void>,
    stop?: Pick<OwedStop, "wish"> & Partial<OwedStop>,
  ): number
  /** The stops that are not over. */
  owed(): readonly OwedStop[]
  /** The sets that were applied, in the order of their names; then, once asked anything of, all services. */
  status(): readonly SetStatus[]
  /** A service took a step: who waits for it looks again. */
  wake(): void
  /** Ends every operation where it is; resolves when none runs. */
  giveUpAll(): Promise<void>
}>

type Running = { operation: SetOperation; controller: AbortController; ended: Promise<void> }

/** Runs one operation at a time on each set: the last one asked for wins. */
export function createSetRunner(context: SetContext): SetRunner {
  const latest = new Map<string, Running>()
  const waiting: Waiting = new Set()
  const owed = owedStops(context.specs)
  let serial = Math.max(0, ...owed.all().map((stop) => stop.serial))

  const settle = (set: string, running: Running) => {
    if (latest.get(set) === running) forgetStop(context, owed, set)
  }
  return {
    begin(set, verb, reason, steps, stop) {
      const { serial: number = serial + 1, wish } = stop ?? {}
      owed.replace((name) => overlap(name, set), wish && { set, serial: number, wish })
      const before = [...latest].flatMap(([name, one]) => (overlap(name, set) ? [one] : []))
      for (const one of before) one.controller.abort()
      const controller = new AbortController()
      serial = Math.max(serial, number)
      const operation: SetOperation = { serial: number, verb, state: "running", problem: null, step: "" }
      const running: Running = { operation, controller, ended: Promise.resolve() }
      const task = taskOf(context, { set, reason, running, waiting })
      latest.set(set, running)
      const over = () => settle(set, running)
      running.ended = carryOut({ context, running, task, over }, Promise.all(before.map(({ ended }) => ended)), steps)
      return number
    },
    owed: owed.all,
    status() {
      const sets = readAppliedSets(context.specs).map((set) => statusOf(context, set, latest.get(set.name)))
      const all = latest.get(ALL_SERVICES)
      return all === undefined ? sets : [...sets, statusOf(context, { name: ALL_SERVICES, file: "" }, all)]
    },
    wake() {
      for (const look of [...waiting]) look()
    },
    async giveUpAll() {
      for (const { controller } of latest.values()) controller.abort()
      await Promise.all([...latest.values()].map(({ ended }) => ended))
    },
  }
}

type Carrying = Readonly<{ context: SetContext; running: Running; task: SetTask; over: () => void }>

async function carryOut(
  { context, running, task, over }: Carrying,
  before: Promise<unknown>,
  steps: (task: SetTask) => Promise<void>,
): Promise<void> {
  await before
  const end = (state: "done" | "failed", problem: string | null) => {
    running.operation = { ...running.operation, state, problem, step: "" }
  }
  try {
    if (task.signal.aborted) throw new GivenUp()
    await steps(task)
    over()
    end("done", null)
  } catch (error) {
    if (error instanceof GivenUp) return end("failed", "another operation on the set was asked for")
    const problem = messageOf(error)
    over()
    end("failed", problem)
    context.say(problem)
  }
}

/** An operation is over; where that cannot be written down it is done again by the next supervisor. */
function forgetStop({ say }: SetContext, owed: OwedStops, set: string): void {
  try {
    owed.replace((name) => name === set)
  } catch (error) {
    if (!isSystemError(error)) throw error
    const why = describeSystemError(error)
    say(`That the stop is over could not be written down, and the next supervisor repeats it: ${why}`)
  }
}

function taskOf(
  context: SetContext,
  given: Readonly<{ set: string; reason: Reason; running: Running; waiting: Waiting }>,
): SetTask {
  const { set, reason, running, waiting } = given
  const subject = subjectOf(context, set)
  const { signal } = running.controller
  const says = (step: string) => {
    running.operation = { ...running.operation, step }
  }
  return {
    context,
    subject,
    reason,
    signal,
    since: context.changes.serial(),
    until(what, holds) {
      says(what)
      return untilItHolds(waiting, { signal, givenUp: () => new GivenUp() }, holds)
    },
    async hooks(event) {
      says(`its ${event} hooks run`)
      const problem = await subject.runHooks(event, { reason, signal })
      if (signal.aborted) throw new GivenUp()
      if (problem !== undefined) throw new SetFailure(`the ${event} hooks of ${subject.called} failed: ${problem}`)
    },
  }
}

/** True for operations that may touch the same services. */
export function overlap(one: string, other: string): boolean {
  return one === other || one === ALL_SERVICES || other === ALL_SERVICES
}

function statusOf(
  context: SetContext,
  { name, file }: Pick<AppliedSet, "name" | "file">,
  running: Running | undefined,
): SetStatus {
  const services = subjectOf(context, name)
    .services()
    .map(({ ident }) => ident.name)
  return { name, file, services, running: context.runningHooks(name), operation: running?.operation ?? null }
}
