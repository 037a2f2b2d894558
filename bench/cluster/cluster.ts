import { type EtcdNode, hasEtcd, launchEtcd } from "../../test/support/etcd-cluster.ts"
import type { Bench } from "../bench.ts"
import { censusRows } from "./census.ts"
import { seenRows } from "./store.ts"
import { aloneRows, IN_A_RING, ringRows } from "./supervisors.ts"

/** Many machines on an etcd of three nodes, all on this one: what is written is seen, rendered, taken over. */
export const clusterBench: Bench = {
  name: "cluster",
  peers: [IN_A_RING],
  async *run(note) {
    if (!hasEtcd) return note("etcd is not on PATH: nothing of a ring is measured")
    const { nodes, end } = await launchEtcd(3)
    try {
      yield* await seenRows(nodes as readonly [EtcdNode, EtcdNode])
      yield* await ringRows(nodes)
      yield* await censusRows(nodes[0] as EtcdNode)
      yield* await aloneRows(nodes)
    } finally {
      await end()
    }
  },
}
