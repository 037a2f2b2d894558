import type { Answer, ClusterStore, Lease, StoreHealth, WatchObserver } from "../../src/cluster/cluster-store.ts"
import type { Clock } from "../../src/ports/clock.ts"

/** One member's way to a store that all share: it can be cut, and its leases run out as etcd's do. */
export type Line = ClusterStore &
  Readonly<{
    /** Nothing gets through any more, in either direction. */
    cut(): void
    heal(): void
    /** The process is gone: nothing is told to it any more, and nobody keeps its leases alive. */
    kill(): void
  }>

type Wire = { connected: boolean; killed: boolean }

/** Lines to one store. `clock` is everybody's. */
export function createLine(shared: ClusterStore, clock: Clock): Line {
  const wire: Wire = { connected: true, killed: false }
  const watches = new Set<{ begin: () => void; end: () => void }>()
  const never = new Promise<never>(() => undefined)
  const away = { tag: "unreachable", why: "cut" } as const
  const ask = async <T>(act: () => Promise<T>, lost: T): Promise<T> => {
    if (wire.killed) return never
    if (!wire.connected) return lost
    const answer = await act()
    if (wire.killed) return never
    // Cut between the question and the answer: it was carried out all the same.
    return wire.connected ? answer : lost
  }
  return {
    get: (key) => ask(() => shared.get(key), away),
    list: (prefix) => ask(() => shared.list(prefix), away),
    commit: (guards, writes) => ask(() => shared.commit(guards, writes), { tag: "unknown", why: "cut" }),
    watch: (prefix, observer) => {
      const watch = watchThrough(shared, prefix, observer, wire)
      watches.add(watch)
      if (wire.connected) watch.begin()
      return () => {
        watches.delete(watch)
        watch.end()
      }
    },
    lease: (ttlMs, onLost) => {
      const take = async (): Promise<Answer<Lease>> => ({
        tag: "found",
        value: await leaseThrough(shared, clock, wire, ttlMs, onLost),
      })
      return ask(take, away)
    },
    close: async () => undefined,
    cut: () => {
      wire.connected = false
      for (const watch of watches) watch.end()
    },
    heal: () => {
      if (wire.connected) return
      wire.connected = true
      for (const watch of watches) watch.begin()
    },
    kill: () => {
      wire.killed = true
      for (const watch of watches) watch.end()
      watches.clear()
    },
  }
}

function watchThrough(shared: ClusterStore, prefix: string, observer: WatchObserver, wire: Wire) {
  let stop: (() => void) | undefined
  const tell = (health: StoreHealth) => {
    if (!wire.killed) observer.onHealth(health)
  }
  return {
    begin: () => {
      stop = shared.watch(prefix, observer)
    },
    end: () => {
      stop?.()
      if (stop !== undefined) tell({ tag: "stale", why: "cut" })
      stop = undefined
    },
  }
}

async function leaseThrough(
  shared: ClusterStore,
  clock: Clock,
  wire: Wire,
  ttlMs: number,
  onLost: () => void,
): Promise<Lease> {
  const inner = await shared.lease(ttlMs, () => undefined)
  if (inner.tag !== "found") throw new Error(inner.why)
  let confirmedMs = clock.monotonicMs()
  let state: "held" | "lost" | "released" = "held"
  const isHeld = () => state === "held" && clock.monotonicMs() - confirmedMs < ttlMs
  const keepAlive = () => {
    if (state !== "held") return
    if (wire.connected && !wire.killed && isHeld()) confirmedMs = clock.monotonicMs()
    if (!isHeld()) {
      state = "lost"
      if (!wire.killed) onLost()
      // The store's own clock began later: it takes the keys away after we know.
      clock.schedule(1, () => void inner.value.release())
      return
    }
    clock.schedule(Math.max(1, Math.min(ttlMs / 3, confirmedMs + ttlMs - clock.monotonicMs())), keepAlive)
  }
  clock.schedule(ttlMs / 3, keepAlive)
  return {
    id: inner.value.id,
    isHeld,
    release: async () => {
      state = "released"
      if (wire.connected) await inner.value.release()
    },
  }
}
