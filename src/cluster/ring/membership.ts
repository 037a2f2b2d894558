import { wait } from "../../ports/clock.ts"
import type { Commit, Guard, Lease, Write } from "../cluster-store.ts"
import { growingPause } from "../growing-pause.ts"
import { ringKey } from "./keys.ts"
import { type MemberRecord, readRecord } from "./records.ts"
import type { RingContext, RingOptions } from "./ring.ts"

/** etcd takes 128 operations in one transaction. */
const WRITES_MAX = 100
const FIRST_PAUSE_MS = 250

/** Our own keys in the store: under one lease, written again whenever it had to be taken anew. */
export interface Membership {
  /** Keeps a key of ours at a value; undefined takes it back. */
  show(key: string, record: object | undefined): void
  commit(guards: readonly Guard[], leased: readonly Write[], durable?: readonly Write[]): Promise<Commit>
  isHeld(): boolean
  /** How many leases there were: what was written under an earlier one is gone. */
  life(): number
  leave(): Promise<void>
}

type State = {
  readonly wanted: Map<string, string>
  /** Keys whose value in the store may be another. */
  readonly dirty: Set<string>
  lease: Lease | undefined
  life: number
  isRunning: boolean
  readonly ended: AbortController
}

const NOT_A_MEMBER: Commit = { tag: "unknown", why: "this supervisor is not a member of its ring at the moment" }

/** Becomes a member and stays one. `onChange` is called when that begins and when it ends. */
export function createMembership(context: RingContext, options: RingOptions, onChange: () => void): Membership {
  const { store } = context
  const { ring, memberId, member } = options
  const own = ringKey(ring, "members", memberId)
  const state: State = {
    wanted: new Map([[own, JSON.stringify(member)]]),
    dirty: new Set(),
    lease: undefined,
    life: 0,
    isRunning: false,
    ended: new AbortController(),
  }
  const run = () => {
    if (state.isRunning || state.ended.signal.aborted) return
    state.isRunning = true
    void settle(context, options, state, { own, onChange, again: run })
  }
  run()
  return {
    show: (key, record) => {
      const value = record === undefined ? undefined : JSON.stringify(record)
      if (state.wanted.get(key) === value) return
      if (value === undefined) state.wanted.delete(key)
      else state.wanted.set(key, value)
      state.dirty.add(key)
      // After what else changes in this turn: one commit for all of it.
      queueMicrotask(run)
    },
    commit: async (guards, leased, durable = []) => {
      const { lease } = state
      if (lease === undefined || !lease.isHeld()) return NOT_A_MEMBER
      return store.commit(guards, [...leased.map((write) => withLease(write, lease)), ...durable])
    },
    isHeld: () => state.lease?.isHeld() ?? false,
    life: () => state.life,
    leave: async () => {
      state.ended.abort()
      if (state.lease?.isHeld()) {
        const goodbye: MemberRecord = { ...member, leaving: true }
        await store.commit([], [{ tag: "put", key: own, value: JSON.stringify(goodbye), lease: state.lease.id }])
        await state.lease.release()
      }
      state.lease = undefined
    },
  }
}

type Acting = Readonly<{ own: string; onChange: () => void; again: () => void }>

/** Until the store holds what is wanted: takes a lease if there is none, then writes what differs. */
async function settle(context: RingContext, options: RingOptions, state: State, acting: Acting): Promise<void> {
  const { clock, random, say } = context
  const pause = growingPause(FIRST_PAUSE_MS, random)
  let said: string | undefined
  while (!state.ended.signal.aborted) {
    const problem = (await join(context, options, state, acting)) ?? (await write(context, state))
    if (problem === undefined) {
      if (state.dirty.size > 0) continue
      // In the same turn as the look: what is shown from now on starts another round.
      state.isRunning = false
      return
    }
    if (problem.isOurs && problem.why !== said) say(problem.why)
    said = problem.why
    await wait(clock, pause.nextMs(), state.ended.signal)
  }
}

/** `isOurs`: worth a line; that the store cannot be reached is said by who watches it. */
type Trouble = Readonly<{ why: string; isOurs: boolean }>

async function join(
  { store }: RingContext,
  { memberId, member, ttlMs }: RingOptions,
  state: State,
  { own, onChange, again }: Acting,
): Promise<Trouble | undefined> {
  if (state.lease !== undefined) return undefined
  let lease: Lease | undefined
  const taken = await store.lease(ttlMs, () => {
    // It may be lost before it is put to use.
    if (lease === undefined || state.lease !== lease) return
    state.lease = undefined
    onChange()
    again()
  })
  if (taken.tag === "unreachable") return { why: taken.why, isOurs: false }
  lease = taken.value
  const there = await store.get(own)
  const other = there.tag === "found" ? readRecord<MemberRecord>(there.value?.value ?? "") : undefined
  const guard: Guard =
    there.tag === "found" && there.value !== undefined
      ? { tag: "unchanged", key: own, revision: there.value.revision }
      : { tag: "absent", key: own }
  const isClone = other !== undefined && other.instance !== member.instance && !other.leaving
  const value = JSON.stringify(member)
  const done =
    there.tag === "unreachable" || isClone || state.ended.signal.aborted
      ? undefined
      : await store.commit([guard], [{ tag: "put", key: own, value, lease: lease.id }])
  if (done?.tag !== "committed" || !lease.isHeld() || state.ended.signal.aborted) {
    await lease.release()
    if (isClone) return { why: describeClone(memberId, other), isOurs: true }
    return { why: there.tag === "unreachable" ? there.why : "the member's key changed meanwhile", isOurs: false }
  }
  state.lease = lease
  state.life += 1
  for (const key of state.wanted.keys()) if (key !== own) state.dirty.add(key)
  onChange()
  return undefined
}

async function write({ store }: RingContext, state: State): Promise<Trouble | undefined> {
  const { lease, dirty, wanted } = state
  if (lease === undefined) return { why: "the lease was lost", isOurs: false }
  const keys = [...dirty].slice(0, WRITES_MAX)
  if (keys.length === 0) return undefined
  for (const key of keys) dirty.delete(key)
  const writes = keys.map((key): Write => {
    const value = wanted.get(key)
    return value === undefined ? { tag: "delete", key } : { tag: "put", key, value, lease: lease.id }
  })
  const commit = await store.commit([], writes)
  if (commit.tag === "committed") return undefined
  for (const key of keys) dirty.add(key)
  return { why: commit.tag === "unknown" ? commit.why : "refused", isOurs: false }
}

function withLease(write: Write, lease: Lease): Write {
  return write.tag === "put" ? { ...write, lease: lease.id } : write
}

function describeClone(memberId: string, { sys }: MemberRecord): string {
  return (
    `Another supervisor, on ${sys.hostname} (${sys.ip}), is in this ring under our member id ${memberId}: ` +
    "we stay out until it is gone. If its MEMBER_ID file was copied, remove one of the two files and start that supervisor again"
  )
}
