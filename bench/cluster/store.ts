import type { ClusterStore } from "../../src/cluster/cluster-store.ts"
import { createEtcdStore } from "../../src/cluster/etcd/etcd-store.ts"
import { systemClock } from "../../src/host/clock.ts"
import { systemHttpClient } from "../../src/host/http-client.ts"
import type { EtcdNode } from "../../test/support/etcd-cluster.ts"
import { median, quantile, type Row } from "../bench.ts"

const PUTS = 200

/** The store as a supervisor has it, by way of one node. */
export function storeAt(node: EtcdNode): ClusterStore {
  const machine = { http: systemHttpClient(), clock: systemClock, random: Math.random }
  return createEtcdStore(machine, { endpoints: [node.endpoint] })
}

/** From a commit through one node of etcd until a watch on another has told of it. */
export async function seenRows([here, there]: readonly [EtcdNode, EtcdNode]): Promise<Row[]> {
  const [writer, reader] = [storeAt(here), storeAt(there)]
  let onValue: (value: string) => void = () => undefined
  let listed: () => void = () => undefined
  const isListed = new Promise<void>((resolve) => {
    listed = resolve
  })
  const stop = reader.watch("/bench/", {
    onListing: () => listed(),
    onChanges: (changes) => {
      for (const change of changes) if (change.tag === "put") onValue(change.entry.value)
    },
    onHealth: () => undefined,
  })
  await isListed
  const elapsed: number[] = []
  for (let index = 0; index < PUTS; index++) {
    const startedMs = performance.now()
    const seen = new Promise<void>((resolve) => {
      onValue = (value) => value === String(index) && resolve()
    })
    await writer.commit([], [{ tag: "put", key: "/bench/key", value: String(index) }])
    await seen
    elapsed.push(performance.now() - startedMs)
  }
  stop()
  await Promise.all([writer.close(), reader.close()])
  return [
    { what: "put through one node, seen through another", measured: median(elapsed), unit: "ms", limit: 15 },
    { what: "the same, p99", measured: quantile(elapsed, 0.99), unit: "ms" },
  ]
}
