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
  const begin: RingState = { ...EMPTY_RING, counters: before.counters }
  const listed = listing.entries.reduce((state, entry) => applyEntry(ring, state, entry), begin)
  const gone = [...before.members].filter(([id]) => !listed.members.has(id))
  const state = gone.reduce((known, [id, member]) => remember(known, before, id, member, nowMs), listed)
  return { ...state, revision: listing.revision }
}

/** What is known after changes. */
export function applyChanges(
  ring: string,
  before: RingState,
  changes: readonly Change[],
  { revision, nowMs }: Readonly<{ revision: number; nowMs: number }>,
): RingState {
  const state = changes.reduce((known, change) => {
    if (change.tag === "put") return applyEntry(ring, known, change.entry)
    const key = parseRingKey(ring, change.key)
    return key === undefined ? known : remove(counted(known, key.kind), key, nowMs)
  }, before)
  return { ...state, revision }
}

function counted(state: RingState, kind: RingKeyKind): RingState {
  return { ...state, counters: { ...state.counters, [kind]: state.counters[kind] + 1 } }
}

function applyEntry(ring: string, before: RingState, entry: ClusterEntry): RingState {
  const key = parseRingKey(ring, entry.key)
  const record = readRecord<object>(entry.value)
  if (key === undefined || record === undefined) return before
  const { kind, subject, id } = key
  const state = counted(before, kind)
  const { createRevision: fence, revision } = entry
  switch (kind) {
    case "members":
      return arrive(state, subject, record as MemberRecord)
    case "services":
      return { ...state, services: withInner(state.services, subject, id, record as ServiceRecord) }
    case "leaders":
      return { ...state, leaders: withEntry(state.leaders, subject, { ...(record as LeaderRecord), fence }) }
    case "candidates":
      return { ...state, candidates: withInner(state.candidates, subject, id, record as CandidateRecord) }
    case "elections":
      return { ...state, elections: withEntry(state.elections, subject, { ...(record as ElectionRecord), revision }) }
    case "config":
      return { ...state, config: withEntry(state.config, subject, { ...(record as UploadRecord), revision }) }
    case "files":
      return { ...state, files: withInner(state.files, subject, id, { ...(record as UploadRecord), revision }) }
    case "departed":
      return depart(state, subject)
    case "updates":
      return { ...state, updates: withEntry(state.updates, subject, { ...(record as UpdateRecord), revision }) }
  }
}

function remove(state: RingState, { kind, subject, id }: RingKey, nowMs: number): RingState {
  switch (kind) {
    case "members": {
      const member = state.members.get(subject)
      return member === undefined ? state : remember(without(state, subject), state, subject, member, nowMs)
    }
    case "services":
      // Whoever dies takes its member key away first and its services in the same commit: what it ran stays known.
      return isGone(state, id) ? state : { ...state, services: withoutInner(state.services, subject, id) }
    case "candidates":
      return { ...state, candidates: withoutInner(state.candidates, subject, id) }
    case "files":
      return { ...state, files: withoutInner(state.files, subject, id) }
    case "departed":
      return { ...state, departed: new Set([...state.departed].filter((member) => member !== subject)) }
    case "leaders":
    case "elections":
    case "config":
    case "updates":
      return { ...state, [kind]: withoutEntry<unknown>(state[kind], subject) }
  }
}

function isGone(state: RingState, id: string): boolean {
  const member = state.members.get(id)
  return member !== undefined && member.lostMs !== undefined
}

/** Keeps a member that went, unless it said goodbye or was told to leave. */
function remember(state: RingState, before: RingState, id: string, member: Member, nowMs: number): RingState {
  if (member.record.leaving || state.departed.has(id)) return without(state, id)
  const members = withEntry(state.members, id, { ...member, lostMs: member.lostMs ?? nowMs })
  const services = [...before.services].reduce((known, [group, population]) => {
    const record = population.get(id)
    return record === undefined ? known : withInner(known, group, id, record)
  }, state.services)
  return { ...state, members, services }
}

function without(state: RingState, id: string): RingState {
  const services = [...state.services.keys()].reduce((known, group) => withoutInner(known, group, id), state.services)
  return { ...state, members: withoutEntry(state.members, id), services }
}

/** Who comes back tells anew what it runs. */
function arrive(state: RingState, id: string, record: MemberRecord): RingState {
  const known = isGone(state, id) ? without(state, id) : state
  return { ...known, members: withEntry(known.members, id, { record, lostMs: undefined }) }
}

function depart(state: RingState, id: string): RingState {
  const departed = new Set([...state.departed, id])
  return isGone(state, id) ? { ...without(state, id), departed } : { ...state, departed }
}

function withEntry<T>(map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(key, value)
}

function withoutEntry<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) return map
  const left = new Map(map)
  left.delete(key)
  return left
}

function withInner<T>(
  map: ReadonlyMap<string, ReadonlyMap<string, T>>,
  key: string,
  id: string,
  value: T,
): ReadonlyMap<string, ReadonlyMap<string, T>> {
  return withEntry(map, key, withEntry(map.get(key) ?? new Map(), id, value))
}

function withoutInner<T>(
  map: ReadonlyMap<string, ReadonlyMap<string, T>>,
  key: string,
  id: string,
): ReadonlyMap<string, ReadonlyMap<string, T>> {
  const inner = map.get(key)
  if (inner === undefined || !inner.has(id)) return map
  const left = withoutEntry(inner, id)
  return left.size === 0 ? withoutEntry(map, key) : withEntry(map, key, left)
}
