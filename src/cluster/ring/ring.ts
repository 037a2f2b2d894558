import type { Clock } from "../../ports/clock.ts"
import type { ClusterStore, Commit, Guard, StoreHealth, Write } from "../cluster-store.ts"
import { ringKey, ringPrefix } from "./keys.ts"
import { nextHealthChangeMs } from "./member-health.ts"
import { createMembership } from "./membership.ts"
import type { MemberRecord } from "./records.ts"
import { applyChanges, applyListing, EMPTY_RING, type RingState } from "./ring-state.ts"

export type RingContext = Readonly<{
  store: ClusterStore
  clock: Clock
  random: () => number
  /** A line for people. */
  say: (text: string) => void
}>

export type RingOptions = Readonly<{
  /** Rings of different names in one store never see each other. */
  ring: string
  memberId: string
  /** After this long without a sign of life others count us as gone. */
  ttlMs: number
  /** What the others see of this supervisor. */
  member: MemberRecord
}>

/** One supervisor's part in a ring: what it knows of the others, and what it shows them. */
export interface Ring {
  readonly memberId: string
  state(): RingState
  /** `stale`: the state is the last that was known. */
  health(): StoreHealth
  /** Called after every change of state or health, at most once a turn. Returns how to stop. */
  subscribe(onChange: () => void): () => void
  /** What is shown of us, kept there while we live, over lost leases too. Undefined takes it back. */
  show(kind: "services" | "candidates", group: string, record: object | undefined): void
  /** Writes with guards; what is in `leased` goes when we do. Nothing is written while we are not a member. */
  commit(guards: readonly Guard[], leased: readonly Write[], durable?: readonly Write[]): Promise<Commit>
  /** False from the moment on at which others may believe us gone. */
  isMember(): boolean
  /** How many times we became a member: what was committed before the last time is gone. */
  life(): number
  /** Says goodbye: the others forget us at once. */
  leave(): Promise<void>
}

/** Joins a ring. Returns at once: what is there arrives through `subscribe`. */
export function joinRing(context: RingContext, options: RingOptions): Ring {
  const { store, clock } = context
  const { ring, memberId } = options
  const listeners = new Set<() => void>()
  let state = EMPTY_RING
  let health: StoreHealth = { tag: "stale", why: "nothing is known yet" }
  let isTold = true
  let cancel: () => void = () => undefined
  const changed = () => {
    if (!isTold) return
    isTold = false
    queueMicrotask(() => {
      isTold = true
      cancel()
      const waitMs = nextHealthChangeMs(state.members.values(), clock.monotonicMs())
      cancel = waitMs === undefined ? () => undefined : clock.schedule(waitMs, changed)
      for (const tell of listeners) tell()
    })
  }
  const stop = store.watch(ringPrefix(ring), {
    onListing: (listing) => {
      state = applyListing(ring, state, listing, clock.monotonicMs())
      changed()
    },
    onChanges: (changes, revision) => {
      state = applyChanges(ring, state, changes, { revision, nowMs: clock.monotonicMs() })
      changed()
    },
    onHealth: (now) => {
      if (now.tag !== health.tag) context.say(describeHealth(now))
      health = now
      changed()
    },
  })
  const membership = createMembership(context, options, changed)
  return {
    memberId,
    state: () => state,
    health: () => health,
    subscribe: (onChange) => {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    show: (kind, group, record) => membership.show(ringKey(ring, kind, group, memberId), record),
    commit: membership.commit,
    isMember: membership.isHeld,
    life: membership.life,
    leave: async () => {
      await membership.leave()
      cancel()
      stop()
      listeners.clear()
    },
  }
}

function describeHealth(health: StoreHealth): string {
  if (health.tag === "live") return "The ring's store answers: what is known of the ring is up to date"
  return `The ring's store cannot be reached (${health.why}): services go on with what was last known of the ring`
}
