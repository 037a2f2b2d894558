import type { Clock } from "../../ports/clock.ts"
import type { Guard } from "../cluster-store.ts"
import { ringKey } from "./keys.ts"
import type { UpdateRecord } from "./records.ts"
import type { Ring } from "./ring.ts"
import {
  groundOf,
  looksForUpdates,
  nextUpdate,
  type RolloutFacts,
  type RolloutStep,
  recordOf,
  rolloutStep,
  wayBack,
} from "./rollout.ts"

/** What a service tells of itself. */
export type RolloutSelf = Omit<RolloutFacts, "me" | "group" | "nowMs"> &
  Readonly<{
    /** When it will count as healthy if nothing happens; undefined: only something that happens can tell. */
    settlesInMs?: number
    /** How long it may take to become healthy on a new release; undefined: as long as it takes. */
    patienceMs?: number
  }>

export type RolloutActions = Readonly<{
  /** Undefined: it takes no part at the moment. */
  self: () => RolloutSelf | undefined
  /** Makes a release ready to be run; false when it could not. */
  install: (to: string, verb: "update" | "roll-back") => Promise<boolean>
  /** Lets the service go over to an installed release, at once. */
  goOver: (to: string) => void
  /** It runs the release of the record and is healthy, and that is not written down yet. */
  settle: (record: UpdateRecord) => Promise<void>
  /** A release did not become healthy: everybody goes back. */
  rejected: (record: UpdateRecord) => void
  /** A step may not have been written down, and is tried again. */
  notWritten: (why: string) => void
}>

export type RolloutContext = Readonly<{
  ring: Ring
  /** Name of the ring. */
  name: string
  group: string
  clock: Clock
  /** After this long what failed is tried again. */
  retryMs: number
  actions: RolloutActions
}>

/** What the channel asks for, by what the group runs and what it must not try again. */
export type Choose = (
  ground: Readonly<{ current: string; rejected?: string }>,
) => Promise<Readonly<{ to: string; tag: "update" | "roll-back"; follows: boolean }> | undefined>

/** Our part in the updates of one group. */
export interface RolloutPart {
  /** Something of our service changed. */
  look(): void
  /** Looks for a new release, for the group, if that is ours to do. Rejects with what `choose` rejects with. */
  search(choose: Choose): Promise<void>
  /** What we do at the moment; undefined while we take no part. */
  step(): RolloutStep | undefined
  /** The last update of the group. */
  record(): UpdateRecord | undefined
  /** No part any more. `forget`: what was recorded of the group goes too. */
  stop(forget: boolean): void
}

type Part = RolloutContext &
  Readonly<{
    state: {
      /** Went over to this release then, on the monotonic clock. */
      wentOver: Readonly<{ to: string; atMs: number }> | undefined
      isActing: boolean
      isStopped: boolean
      cancel: () => void
    }
  }>

/** Takes part in the updates of a group from now on: a step at every change of the ring or of the service. */
export function takePartInUpdates(context: RolloutContext): RolloutPart {
  const state: Part["state"] = { wentOver: undefined, isActing: false, isStopped: false, cancel: () => undefined }
  const part: Part = { ...context, state }
  const unsubscribe = context.ring.subscribe(() => look(part))
  queueMicrotask(() => look(part))
  return {
    look: () => look(part),
    search: (choose) => search(part, choose),
    step: () => {
      const facts = factsOf(part)
      return facts === undefined ? undefined : rolloutStep(context.ring.state(), facts)
    },
    record: () => recordOf(context.ring.state(), context.group),
    stop: (forget) => {
      unsubscribe()
      state.isStopped = true
      state.cancel()
      const key = ringKey(context.name, "updates", context.group)
      if (forget) void context.ring.commit([], [], [{ tag: "delete", key }])
    },
  }
}

function factsOf({ ring, group, clock, actions }: Part): (RolloutFacts & RolloutSelf) | undefined {
  const self = actions.self()
  return self === undefined ? undefined : { ...self, me: ring.memberId, group, nowMs: clock.monotonicMs() }
}

/** Others may believe us gone, or we may not know what they do: nothing is begun then. */
function mayAct({ ring, state }: Part): boolean {
  return !state.isStopped && ring.isMember() && ring.health().tag === "live"
}

function look(part: Part): void {
  const { ring, state } = part
  state.cancel()
  if (state.isActing || !mayAct(part)) return
  const facts = factsOf(part)
  if (facts === undefined) return
  const step = rolloutStep(ring.state(), facts)
  switch (step.tag) {
    case "rest":
    case "wait":
      return
    case "take":
      return act(part, () => write(part, step.record))
    case "go":
      return act(part, () => go(part, step))
    case "prove":
      return prove(part, facts, step.record)
    case "reached": {
      const there = writtenNow(part)
      return act(part, async () => {
        await part.actions.settle(step.record)
        return write(part, step.record, there)
      })
    }
  }
}

/**
 * One action at a time. What it changed is told by the ring, perhaps while it lasts; what failed is tried again after a
 * while, or at once where somebody wrote a newer record meanwhile.
 */
function act(part: Part, action: () => Promise<boolean>): void {
  const { state, clock, retryMs } = part
  state.isActing = true
  const before = writtenNow(part)?.revision
  void action().then((succeeded) => {
    state.isActing = false
    if (state.isStopped) return
    if (succeeded || writtenNow(part)?.revision !== before) look(part)
    else state.cancel = clock.schedule(retryMs, () => look(part))
  })
}

async function go(part: Part, { to, verb }: Extract<RolloutStep, { tag: "go" }>): Promise<boolean> {
  const { ring, actions, clock, state } = part
  if (!(await actions.install(to, verb))) return false
  // While it was downloaded the turn may have been lost, or somebody came back who is not well.
  const facts = mayAct(part) ? factsOf(part) : undefined
  const step = facts === undefined ? undefined : rolloutStep(ring.state(), facts)
  if (step?.tag !== "go" || step.to !== to) return true
  actions.goOver(to)
  state.wentOver = { to, atMs: clock.monotonicMs() }
  return actions.self()?.running === to
}

/** Until it is healthy, or its time is over. A new supervisor gives it its whole time again. */
function prove(part: Part, facts: RolloutFacts & RolloutSelf, record: UpdateRecord): void {
  const { state, clock, actions } = part
  const { patienceMs, settlesInMs, nowMs, me } = facts
  if (state.wentOver?.to !== record.package) state.wentOver = { to: record.package, atMs: nowMs }
  const leftMs = patienceMs === undefined ? undefined : state.wentOver.atMs + patienceMs - nowMs
  const back = wayBack(record, me, `not healthy within ${(patienceMs ?? 0) / 1000} s`)
  if (leftMs !== undefined && leftMs <= 0 && back !== undefined) {
    return act(part, async () => {
      const isWritten = await write(part, back)
      if (isWritten) actions.rejected(back)
      return isWritten
    })
  }
  const waits = [settlesInMs, back === undefined ? undefined : leftMs].filter((ms) => ms !== undefined)
  if (waits.length > 0) state.cancel = clock.schedule(Math.max(1, Math.min(...waits)), () => look(part))
}

async function search(part: Part, choose: Choose): Promise<void> {
  const { ring } = part
  const before = factsOf(part)
  if (before === undefined || !mayAct(part) || !looksForUpdates(ring.state(), before)) return
  const revision = writtenNow(part)?.revision
  const choice = await choose(groundOf(ring.state(), before))
  const facts = factsOf(part)
  if (choice === undefined || facts === undefined || !mayAct(part)) return
  if (writtenNow(part)?.revision !== revision) return
  await write(part, nextUpdate(ring.state(), facts, choice))
}

/** The record of the group as it is known at this moment. */
function writtenNow({ ring, group }: Part) {
  return ring.state().updates.get(group)
}

/** Replaces the record of the group, if nobody has since it was `there`. */
async function write(part: Part, record: UpdateRecord, there = writtenNow(part)): Promise<boolean> {
  const { ring, name, group, actions } = part
  const key = ringKey(name, "updates", group)
  const guard: Guard =
    there === undefined ? { tag: "absent", key } : { tag: "unchanged", key, revision: there.revision }
  const commit = await ring.commit([guard], [], [{ tag: "put", key, value: JSON.stringify(record) }])
  if (commit.tag === "unknown") actions.notWritten(commit.why)
  return commit.tag === "committed"
}
