import type { Answer, ClusterStore, Commit, Guard, Lease, Write } from "../cluster-store.ts"
import { createEtcdGateway, type EtcdGateway, type EtcdMachine, type EtcdOptions } from "./gateway.ts"
import { takeLease } from "./lease.ts"
import { encode, listingOf, prefixRange, type RangeReply, type TxnReply, transaction } from "./messages.ts"
import { watchPrefix } from "./watch.ts"

/** The store of many machines: etcd (3.4 or newer) through its JSON gateway. Reads see every commit before them. */
export function createEtcdStore(machine: EtcdMachine, options: EtcdOptions): ClusterStore {
  const gateway = createEtcdGateway(machine, options)
  const watches = new Set<() => void>()
  const leases = new Set<Lease>()
  const range = async (wanted: object) => {
    const reply = await gateway.call<RangeReply>("/v3/kv/range", wanted)
    return reply.tag === "replied" ? found(listingOf(reply.message)) : unreachable(reply.why)
  }
  return {
    get: async (key) => {
      const answer = await range({ key: encode(key) })
      return answer.tag === "found" ? found(answer.value.entries[0]) : answer
    },
    list: (prefix) => range(prefixRange(prefix)),
    commit: (guards, writes) => commit(gateway, guards, writes),
    watch: (prefix, observer) => {
      const stop = watchPrefix(machine, gateway, prefix, observer)
      watches.add(stop)
      return () => {
        watches.delete(stop)
        stop()
      }
    },
    lease: async (ttlMs, onLost) => {
      const answer = await takeLease(machine, gateway, ttlMs, onLost)
      if (answer.tag === "found") leases.add(answer.value)
      return answer
    },
    close: async () => {
      for (const stop of watches) stop()
      await Promise.all([...leases].map((lease) => lease.release()))
    },
  }
}

async function commit(gateway: EtcdGateway, guards: readonly Guard[], writes: readonly Write[]): Promise<Commit> {
  const reply = await gateway.call<TxnReply>("/v3/kv/txn", transaction(guards, writes))
  if (reply.tag !== "replied") return { tag: "unknown", why: reply.why }
  if (reply.message.succeeded) return { tag: "committed", revision: Number(reply.message.header?.revision ?? 0) }
  return reply.ambiguous ? { tag: "unknown", why: "an answer of etcd was lost" } : { tag: "refused" }
}

function found<T>(value: T): Answer<T> {
  return { tag: "found", value }
}

function unreachable(why: string): Readonly<{ tag: "unreachable"; why: string }> {
  return { tag: "unreachable", why }
}
