import { describeSystemError } from "../../base/describe-system-error.ts"
import { HabError, isSystemError, messageOf } from "../../base/errors.ts"
import type { EventName } from "../../hooks/events.ts"
import type { ListOutcome } from "../../hooks/runner.ts"
import type { Occasion } from "../hooks/moments.ts"
import type { Roster } from "../roster.ts"
import { printSpec } from "../spec/print.ts"
import { printOwnSpec } from "../spec/print-own.ts"
import type { Supervised } from "../supervised.ts"
import { untilItHolds, type Waiting } from "../until-it-holds.ts"
import { ChangeGivenUp, type ChangeTask, changeService } from "./change-service.ts"
import {
  type BegunChange,
  BRACKETS,
  type ChangeStatus,
  type ChangeVerb,
  type ChangeWish,
  eventsOf,
  isRunning,
  type ServiceChange,
} from "./service-change.ts"
import type { Before } from "./snapshots.ts"

/** What changes of services take from the supervisor. */
export type ChangeParts = Readonly<{
  roster: Roster
  /** Whether hooks are declared for one of these events. */
  hasHooks: (change: ServiceChange, events: readonly EventName[]) => boolean
  /** Runs the hooks of an event; a list of its own each where they answer. */
  runHooks: (change: ServiceChange, occasion: Occasion, signal: AbortSignal) => Promise<readonly ListOutcome[]>
  /** Makes what the hooks before a create need: its directories and rendered scripts. Throws HabError. */
  prepare: (held: Supervised) => void
  /** Remembers, over the end of the supervisor, that hooks after it are owed. */
  owe: (change: ServiceChange, past: Before) => void
  /** No hook of a change of this service is owed any more. */
  settle: (service: string) => void
  say: (held: Supervised, text: string) => void
  /** A change went on; `isTurn`: into force, or to its end. */
  onProgress: (isTurn: boolean) => void
}>

/** The hooks around creating, changing and unloading services: one change at a time of each. */
export type ServiceChanges = Readonly<{
  /** Takes a change into force between its hooks; at once where it has none. Resolves with why hooks refused it. */
  run(change: ServiceChange): Promise<string | undefined>
  /** Hooks before a change of the service run: its spec is looked at when they are over. */
  isPending(service: string): boolean
  /** Ends a change whose hooks have not let it into force. */
  drop(service: string): void
  /** Does something with the wishes of who wrote a spec; what it begins is returned. */
  wishing(wishes: ReadonlyMap<string, ChangeWish>, act: () => void): readonly BegunChange[]
  /** Of the last change that was begun. */
  serial(): number
  /** The last change of a service. */
  status(service: string): ChangeStatus | undefined
  /** A service took a step: who waits for it looks again. */
  wake(): void
  /** Ends every change where it is; resolves when none runs. */
  giveUpAll(): Promise<void>
}>

type Running = { status: ChangeStatus; readonly controller: AbortController; ended: Promise<void> }

/** `refusals`: what was refused of a service, not to ask its hooks about the same again. */
type Book = {
  readonly latest: Map<string, Running>
  readonly waiting: Waiting
  readonly refusals: Map<string, string>
  wishes: ReadonlyMap<string, ChangeWish>
  begun: BegunChange[]
  serial: number
}

/** Runs changes of services with their hooks. */
export function createChanges(context: ChangeParts): ServiceChanges {
  const book: Book = {
    latest: new Map(),
    waiting: new Set(),
    refusals: new Map(),
    wishes: new Map(),
    begun: [],
    serial: 0,
  }
  const { latest } = book
  return {
    run: (change) => run(context, book, change),
    isPending: (service) => latest.get(service)?.status.phase === "before",
    drop: (service) => latest.get(service)?.controller.abort(),
    wishing(wishes, act) {
      book.wishes = wishes
      book.begun = []
      try {
        act()
        return book.begun
      } finally {
        book.wishes = new Map()
      }
    },
    serial: () => book.serial,
    status: (service) => latest.get(service)?.status,
    wake() {
      for (const look of [...book.waiting]) look()
    },
    async giveUpAll() {
      const running = [...latest.values()].filter(({ status }) => isRunning(status))
      for (const { controller } of running) controller.abort()
      await Promise.all(running.map(({ ended }) => ended))
    },
  }
}

function run(context: ChangeParts, book: Book, change: ServiceChange): Promise<string | undefined> {
  const { name } = change.held
  if (!context.hasHooks(change, [...eventsOf(BRACKETS[change.verb]), "on-error"])) {
    book.refusals.delete(name)
    context.settle(name)
    change.held.isReplacing = false
    // What is done at once is done when we return.
    return Promise.resolve(change.act()).then(() => undefined)
  }
  const wish = book.wishes.get(name)
  if (wish === undefined && change.again !== true && book.refusals.get(name) === textOf(change)) {
    const problem = book.latest.get(name)?.status.problem ?? "refused before"
    change.refused(problem)
    return Promise.resolve(problem)
  }
  return new Promise((resolve) => begin(context, book, { change, wish: wish ?? {}, resolve }))
}

type Begun = Readonly<{
  change: ServiceChange
  wish: ChangeWish
  /** Told when it came into force, or why it did not. */
  resolve: (problem: string | undefined) => void
}>

function begin(context: ChangeParts, book: Book, { change, wish, resolve }: Begun): void {
  const { name } = change.held
  const before = book.latest.get(name)
  before?.controller.abort()
  const controller = new AbortController()
  const { signal } = controller
  book.serial += 1
  const { serial } = book
  book.begun.push({ service: name, serial })
  const status = { service: name, serial, verb: change.verb, phase: "before", step: "", problem: null } as const
  const running: Running = { status, controller, ended: Promise.resolve() }
  book.latest.set(name, running)
  const set = (facts: Partial<ChangeStatus>) => {
    running.status = { ...running.status, ...facts }
    context.onProgress(facts.phase !== undefined)
  }
  const act = async () => {
    book.refusals.delete(name)
    await change.act()
    resolve(undefined)
  }
  const until: ChangeTask["until"] = (step, holds) => {
    set({ step })
    return untilItHolds(book.waiting, { signal, givenUp: () => new ChangeGivenUp() }, holds)
  }
  const waits = wish.waits === true || change.reason === "apply"
  running.ended = carryOut({ context, change: { ...change, act }, waits, signal, set, until }, before?.ended).then(
    (end) => {
      const problem = end?.problem
      if (end?.tag === "failed" && running.status.phase === "before") {
        refuse(context, book, { change, wish }, end.problem)
      }
      // Given up, it is followed by another change, or goes on under the next supervisor.
      if (end?.tag !== "given-up") context.settle(name)
      set({ phase: problem === undefined ? "done" : "failed", step: "", problem: problem ?? null })
      resolve(problem)
    },
  )
}

/** Resolves with why it is not done, whatever that was: the supervisor goes on. */
async function carryOut(
  task: ChangeTask,
  before: Promise<void> | undefined,
): Promise<Readonly<{ tag: "failed" | "given-up"; problem: string }> | undefined> {
  await before
  try {
    if (task.signal.aborted) throw new ChangeGivenUp()
    await changeService(task)
    return undefined
  } catch (error) {
    const isGivenUp = error instanceof ChangeGivenUp
    if (isGivenUp) return { tag: "given-up", problem: "it was given up: something else was asked for" }
    const problem = messageOf(error)
    task.context.say(task.change.held, problem)
    return { tag: "failed", problem }
  }
}

function refuse(
  context: ChangeParts,
  book: Book,
  { change, wish }: Pick<Begun, "change" | "wish">,
  problem: string,
): void {
  book.refusals.set(change.held.name, textOf(change))
  change.refused(problem)
  try {
    wish.undo?.()
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof HabError)) throw error
    const why = isSystemError(error) ? describeSystemError(error) : error.message
    context.say(change.held, `its spec could not be written back: ${why}`)
  }
}

/** Two changes that want the same have the same text. */
function textOf({ verb, spec }: Readonly<{ verb: ChangeVerb; spec: ServiceChange["spec"] }>): string {
  return [verb, printSpec(spec), printOwnSpec(spec.own)].join("\n")
}
