import type { Change, ClusterEntry, Listing } from "../cluster-store.ts"
import { parseRingKey, RING_KEYS, type RingKey, type RingKeyKind } from "./keys.ts"
import {
  type CandidateRecord,
  type ElectionRecord,
  type LeaderRecord,
  type MemberRecord,
  readRecord,
  type ServiceRecord,
  type UpdateRecord,
  type UploadRecord,
} from "./records.ts"

/** `fence` is higher for every later leader of a group. */
export type Leader = LeaderRecord & Readonly<{ fence: number }>
export type Member = Readonly<{ record: MemberRecord; lostMs: number | undefined }>
type ByMember<T> = ReadonlyMap<string, T>

/**
 * What one supervisor knows of its ring. Members that went without saying goodbye stay known, with their services, and
 * since when on the monotonic clock they are gone.
 */
export type RingState = Readonly<{
  members: ByMember<Member>
  services: ReadonlyMap<string, ByMember<ServiceRecord>>
  leaders: ReadonlyMap<string, Leader>
  candidates: ReadonlyMap<string, ByMember<CandidateRecord>>
  elections: ReadonlyMap<string, ElectionRecord & Readonly<{ revision: number }>>
  config: ReadonlyMap<string, UploadRecord & Readonly<{ revision: number }>>
  files: ReadonlyMap<string, ReadonlyMap<string, UploadRecord & Readonly<{ revision: number }>>>
  departed: ReadonlySet<string>
  updates: ReadonlyMap<string, UpdateRecord & Readonly<{ revision: number }>>
  revision: number
  /** How many changes of each kind were seen by this supervisor. */
  counters: Readonly<Record<RingKeyKind, number>>
}>

/** Of a supervisor that saw no change yet. */
export const NOTHING_SEEN = Object.fromEntries(Object.keys(RING_KEYS).map((kind) => [kind, 0])) as RingState["counters"]

export const EMPTY_RING: RingState = {
  members: new Map(),
  services: new Map(),
  leaders: new Map(),
  candidates: new Map(),
  elections: new Map(),
  config: new Map(),
  files: new Map(),
  departed: new Set(),
  updates: new Map(),
  revision: 0,
  counters: NOTHING_SEEN,
}

/** Replaces what was known by a listing; who is missing in it went while nobody looked. */
export function applyListing(ring: string, before: RingState, listing: Listing, nowMs: number): RingState {
  const draft = createDraft({ ...EMPTY_RING, counters: before.counters })
  for (const entry of listing.entries) applyEntry(ring, draft, entry)
  for (const [id, member] of before.members) {
    if (!draft.state.members.has(id)) remember(draft, before.services, id, member, nowMs)
  }
  draft.state.revision = listing.revision
  return draft.state
}

/** What is known after changes. */
export function applyChanges(
  ring: string,
  before: RingState,
  changes: readonly Change[],
  { revision, nowMs }: Readonly<{ revision: number; nowMs: number }>,
): RingState {
  const draft = createDraft(before)
  for (const change of changes) {
    if (change.tag === "put") applyEntry(ring, draft, change.entry)
    else remove(draft, parseRingKey(ring, change.key), nowMs)
  }
  draft.state.revision = revision
  return draft.state
}

/** A state nobody else holds yet. A map is copied before its first change, whatever many changes follow. */
type Draft = Readonly<{
  state: { -readonly [Part in keyof RingState]: RingState[Part] } & {
    counters: { [Kind in RingKeyKind]: number }
  }
  ours: Set<ReadonlyMap<string, unknown>>
}>

function createDraft(before: RingState): Draft {
  return { state: { ...before, counters: { ...before.counters } }, ours: new Set() }
}

function applyEntry(ring: string, draft: Draft, entry: ClusterEntry): void {
  const key = parseRingKey(ring, entry.key)
  const record = readRecord<object>(entry.value)
  if (key === undefined || record === undefined) return
  const { state } = draft
  const { kind, subject, id } = key
  const { createRevision: fence, revision } = entry
  state.counters[kind]++
  switch (kind) {
    case "members":
      return arrive(draft, subject, record as MemberRecord)
    case "services":
      state.services = withInner(draft, state.services, subject, id, record as ServiceRecord)
      return
    case "leaders":
      state.leaders = withEntry(draft, state.leaders, subject, { ...(record as LeaderRecord), fence })
      return
    case "candidates":
      state.candidates = withInner(draft, state.candidates, subject, id, record as CandidateRecord)
      return
    case "elections":
      state.elections = withEntry(draft, state.elections, subject, { ...(record as ElectionRecord), revision })
      return
    case "config":
      state.config = withEntry(draft, state.config, subject, { ...(record as UploadRecord), revision })
      return
    case "files":
      state.files = withInner(draft, state.files, subject, id, { ...(record as UploadRecord), revision })
      return
    case "departed":
      return depart(draft, subject)
    case "updates":
      state.updates = withEntry(draft, state.updates, subject, { ...(record as UpdateRecord), revision })
      return
  }
}

function remove(draft: Draft, key: RingKey | undefined, nowMs: number): void {
  if (key === undefined) return
  const { state } = draft
  const { kind, subject, id } = key
  state.counters[kind]++
  switch (kind) {
    case "members": {
      const member = state.members.get(subject)
      if (member !== undefined) lose(draft, subject, member, nowMs)
      return
    }
    case "services":
      // Whoever dies takes its member key away first and its services in the same commit: what it ran stays known.
      if (!isGone(state, id)) state.services = withoutInner(draft, state.services, subject, id)
      return
    case "candidates":
      state.candidates = withoutInner(draft, state.candidates, subject, id)
      return
    case "files":
      state.files = withoutInner(draft, state.files, subject, id)
      return
    case "departed":
      state.departed = new Set([...state.departed].filter((member) => member !== subject))
      return
    case "leaders":
    case "elections":
    case "config":
    case "updates":
      Object.assign(state, { [kind]: withoutEntry<unknown>(draft, state[kind], subject) })
  }
}

function isGone(state: RingState, id: string): boolean {
  const member = state.members.get(id)
  return member !== undefined && member.lostMs !== undefined
}

/** Keeps a member that went, and what is known of its services, unless it said goodbye or was told to leave: false. */
function lose(draft: Draft, id: string, member: Member, nowMs: number): boolean {
  const { state } = draft
  if (member.record.leaving || state.departed.has(id)) {
    forget(draft, id)
    return false
  }
  state.members = withEntry(draft, state.members, id, { ...member, lostMs: member.lostMs ?? nowMs })
  return true
}

/** Who is missing in a listing went while nobody looked; what it ran is known from before. */
function remember(draft: Draft, before: RingState["services"], id: string, member: Member, nowMs: number): void {
  if (!lose(draft, id, member, nowMs)) return
  const { state } = draft
  for (const [group, population] of before) {
    const record = population.get(id)
    if (record !== undefined) state.services = withInner(draft, state.services, group, id, record)
  }
}

function forget(draft: Draft, id: string): void {
  const { state } = draft
  for (const group of [...state.services.keys()]) state.services = withoutInner(draft, state.services, group, id)
  state.members = withoutEntry(draft, state.members, id)
}

/** Who comes back tells anew what it runs. */
function arrive(draft: Draft, id: string, record: MemberRecord): void {
  const { state } = draft
  if (isGone(state, id)) forget(draft, id)
  state.members = withEntry(draft, state.members, id, { record, lostMs: undefined })
}

function depart(draft: Draft, id: string): void {
  const { state } = draft
  state.departed = new Set([...state.departed, id])
  if (isGone(state, id)) forget(draft, id)
}

function ownCopy<T>({ ours }: Draft, map: ReadonlyMap<string, T>): Map<string, T> {
  if (ours.has(map)) return map as Map<string, T>
  const copy = new Map(map)
  ours.add(copy)
  return copy
}

function withEntry<T>(draft: Draft, map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  return ownCopy(draft, map).set(key, value)
}

function withoutEntry<T>(draft: Draft, map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) return map
  const left = ownCopy(draft, map)
  left.delete(key)
  return left
}

type Nested<T> = ReadonlyMap<string, ReadonlyMap<string, T>>

function withInner<T>(draft: Draft, map: Nested<T>, key: string, id: string, value: T): Nested<T> {
  return withEntry(draft, map, key, withEntry(draft, map.get(key) ?? new Map<string, T>(), id, value))
}

function withoutInner<T>(draft: Draft, map: Nested<T>, key: string, id: string): Nested<T> {
  const inner = map.get(key)
  if (inner === undefined || !inner.has(id)) return map
  const left = withoutEntry(draft, inner, id)
  return left.size === 0 ? withoutEntry(draft, map, key) : withEntry(draft, map, key, left)
}
