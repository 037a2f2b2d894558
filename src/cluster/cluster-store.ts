/** A key with its value, and the revisions of the store at which it was made and last written. */
export type ClusterEntry = Readonly<{ key: string; value: string; createRevision: number; revision: number }>

/** Everything below a prefix, in the order of the keys, as it was at one revision. */
export type Listing = Readonly<{ entries: readonly ClusterEntry[]; revision: number }>

/** What must hold for a commit to happen. */
export type Guard =
  | Readonly<{ tag: "absent"; key: string }>
  /** Not written since. */
  | Readonly<{ tag: "unchanged"; key: string; revision: number }>
  /** Still the one that was made then, whatever was written to it since: what a fence is checked with. */
  | Readonly<{ tag: "made-at"; key: string; createRevision: number }>

export type Write =
  /** With a lease, the key goes when the lease does. */
  Readonly<{ tag: "put"; key: string; value: string; lease?: string }> | Readonly<{ tag: "delete"; key: string }>

/** `unknown`: it may have happened or not; look before you try again. `why` is a sentence for people. */
export type Commit =
  | Readonly<{ tag: "committed"; revision: number }>
  | Readonly<{ tag: "refused" }>
  | Readonly<{ tag: "unknown"; why: string }>

export type Answer<T> = Readonly<{ tag: "found"; value: T }> | Readonly<{ tag: "unreachable"; why: string }>

export type Change =
  | Readonly<{ tag: "put"; entry: ClusterEntry }>
  | Readonly<{ tag: "deleted"; key: string; revision: number }>

/** `stale`: what is known is the last that was seen; the store is tried again by itself. */
export type StoreHealth = Readonly<{ tag: "live" }> | Readonly<{ tag: "stale"; why: string }>

/** Told in order, one call after the other, never from inside `watch`. */
export type WatchObserver = Readonly<{
  /** Everything there is, at the beginning and whenever changes were missed: it replaces what was known. */
  onListing: (listing: Listing) => void
  /** What changed since, each change once, in order; those of one commit together, those of several perhaps too. */
  onChanges: (changes: readonly Change[], revision: number) => void
  onHealth: (health: StoreHealth) => void
}>

/** Kept alive by the store until it is released or lost. */
export interface Lease {
  readonly id: string
  /** False from the moment on at which others may believe us gone, which is before the store removes our keys. */
  isHeld(): boolean
  /** Ends it: its keys are gone. */
  release(): Promise<void>
}

/**
 * Where supervisors meet: keys in one order of revisions, guarded commits, leases and watches. One contract for one
 * machine (in this process) and for many (etcd): `test/support/store-contract.ts` holds both to it. Nothing rejects.
 */
export interface ClusterStore {
  get(key: string): Promise<Answer<ClusterEntry | undefined>>
  list(prefix: string): Promise<Answer<Listing>>
  /** All writes or none, if every guard holds. Never both a put and a delete of one key. */
  commit(guards: readonly Guard[], writes: readonly Write[]): Promise<Commit>
  /** Returns how to stop; nothing is told after that. */
  watch(prefix: string, observer: WatchObserver): () => void
  /** `onLost` is called once, when it could not be kept alive in time; not after a release. */
  lease(ttlMs: number, onLost: () => void): Promise<Answer<Lease>>
  /** Releases every lease and ends every watch. */
  close(): Promise<void>
}
