import type { Change, ClusterEntry, ClusterStore, Commit, Guard, Lease, WatchObserver, Write } from "./cluster-store.ts"
import type { Journal } from "./local-journal.ts"

type Held = ClusterEntry & Readonly<{ lease?: string }>
type Watcher = Readonly<{ prefix: string; tell: (changes: readonly Change[], revision: number) => void }>

type State = {
  revision: number
  leases: number
  readonly entries: Map<string, Held>
  readonly watchers: Set<Watcher>
}

/**
 * The store of a supervisor without others: in this process, always live. What has no lease is in the journal and there
 * again after a crash; leases last as long as the process. Revisions go on above `atLeast`, the wall clock in
 * milliseconds: those of leased keys are not in the journal, and fences must never repeat.
 */
export function createLocalStore(journal: Journal, atLeast: number): ClusterStore {
  const { revision, entries } = journal.read()
  const state: State = {
    revision: Math.max(revision, Math.floor(atLeast)),
    leases: 0,
    entries: new Map(entries.map((entry) => [entry.key, entry])),
    watchers: new Set(),
  }
  return {
    get: async (key) => ({ tag: "found", value: shown(state.entries.get(key)) }),
    list: async (prefix) => ({ tag: "found", value: listing(state, prefix) }),
    commit: async (guards, writes) => commit(state, journal, guards, writes),
    watch: (prefix, observer) => watch(state, prefix, observer),
    lease: async () => ({ tag: "found", value: makeLease(state, journal) }),
    close: async () => state.watchers.clear(),
  }
}

function shown(entry: Held | undefined): ClusterEntry | undefined {
  if (entry === undefined) return undefined
  const { lease: _, ...visible } = entry
  return visible
}

function listing({ entries, revision }: State, prefix: string) {
  const below = [...entries.values()].filter(({ key }) => key.startsWith(prefix))
  return { entries: below.sort(byKey).flatMap((entry) => shown(entry) ?? []), revision }
}

function byKey(a: ClusterEntry, b: ClusterEntry): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

function holds({ entries }: State, guard: Guard): boolean {
  const entry = entries.get(guard.key)
  switch (guard.tag) {
    case "absent":
      return entry === undefined
    case "unchanged":
      return entry?.revision === guard.revision
    case "made-at":
      return entry?.createRevision === guard.createRevision
  }
}

function commit(state: State, journal: Journal, guards: readonly Guard[], writes: readonly Write[]): Commit {
  if (!guards.every((guard) => holds(state, guard))) return { tag: "refused" }
  const revision = state.revision + 1
  const changes = writes.flatMap((write) => change(state, write, revision))
  if (changes.length === 0) return { tag: "committed", revision: state.revision }
  const durable = changes.some(({ key, entry }) => (entry ?? state.entries.get(key))?.lease === undefined)
  const problem = durable ? journal.write({ revision, entries: durableAfter(state, changes) }) : undefined
  if (problem !== undefined) return { tag: "unknown", why: problem }
  state.revision = revision
  applyTo(state.entries, changes)
  tell(
    state,
    changes.map(({ key, entry }) => described(key, entry, revision)),
  )
  return { tag: "committed", revision }
}

type Step = Readonly<{ key: string; entry: Held | undefined }>

function change({ entries }: State, write: Write, revision: number): Step[] {
  const { key } = write
  const before = entries.get(key)
  if (write.tag === "delete") return before === undefined ? [] : [{ key, entry: undefined }]
  const { value, lease } = write
  const createRevision = before?.createRevision ?? revision
  return [{ key, entry: { key, value, createRevision, revision, ...(lease === undefined ? {} : { lease }) } }]
}

function described(key: string, entry: Held | undefined, revision: number): Change {
  const visible = shown(entry)
  return visible === undefined ? { tag: "deleted", key, revision } : { tag: "put", entry: visible }
}

function applyTo(entries: Map<string, Held>, changes: readonly Step[]): void {
  for (const { key, entry } of changes) {
    if (entry === undefined) entries.delete(key)
    else entries.set(key, entry)
  }
}

function durableAfter(state: State, changes: readonly Step[]): ClusterEntry[] {
  const after = new Map(state.entries)
  applyTo(after, changes)
  return [...after.values()].filter(({ lease }) => lease === undefined)
}

function tell({ watchers, revision }: State, changes: readonly Change[]): void {
  for (const watcher of watchers) {
    const below = changes.filter((one) => (one.tag === "put" ? one.entry.key : one.key).startsWith(watcher.prefix))
    if (below.length > 0) watcher.tell(below, revision)
  }
}

/** Commits that follow each other within a turn are told at once: a crowd that arrives costs each watcher one call. */
function watch(state: State, prefix: string, observer: WatchObserver): () => void {
  let untold: Change[] = []
  let lastRevision = 0
  const watcher: Watcher = {
    prefix,
    tell(changes, revision) {
      lastRevision = revision
      const isFirst = untold.length === 0
      untold.push(...changes)
      if (!isFirst) return
      queueMicrotask(() => {
        const told = untold
        untold = []
        if (state.watchers.has(watcher)) observer.onChanges(told, lastRevision)
      })
    },
  }
  state.watchers.add(watcher)
  const first = listing(state, prefix)
  queueMicrotask(() => {
    if (!state.watchers.has(watcher)) return
    observer.onHealth({ tag: "live" })
    observer.onListing(first)
  })
  return () => state.watchers.delete(watcher)
}

function makeLease(state: State, journal: Journal): Lease {
  const id = String(++state.leases)
  let held = true
  return {
    id,
    isHeld: () => held,
    release: async () => {
      held = false
      const own = [...state.entries.values()].filter(({ lease }) => lease === id)
      commit(
        state,
        journal,
        [],
        own.map(({ key }): Write => ({ tag: "delete", key })),
      )
    },
  }
}
