import { type EtcdNode, hasEtcd, launchEtcd } from "../../test/support/etcd-cluster.ts"
import type { Bench, Row } from "../bench.ts"
import { censusRows } from "./census.ts"
import { seenRows } from "./store.ts"
import { aloneRows, ringRows } from "./supervisors.ts"

/** Many machines on an etcd of three nodes, all on this one: what is written is seen, rendered, taken over. */
export const clusterBench: Bench = {
  name: "cluster",
  async run(): Promise<readonly Row[]> {
    if (!hasEtcd) {
      console.log("etcd is not on PATH: skipped")
      return []
    }
    const { nodes, end } = await launchEtcd(3)
    try {
      return [
        ...(await seenRows(nodes as readonly [EtcdNode, EtcdNode])),
        ...(await ringRows(nodes)),
        ...(await censusRows(nodes[0] as EtcdNode)),
        ...(await aloneRows(nodes)),
      ]
    } finally {
      await end()
    }
  },
}
